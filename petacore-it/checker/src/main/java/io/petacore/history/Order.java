package io.petacore.history;

/** The order, besides reads and writes, that a cycle depends on. */
public enum Order {
  /** None: the reads and writes alone contradict each other. */
  DATA(0, ""),
  /** The order of a session: a node keeps showing what it has shown and committed. */
  SESSION(Kind.SESSION.bit(), ", by the order of a session"),
  /** Real time: the commits of all nodes follow the order in which transactions ended and began. */
  REAL_TIME(Kind.SESSION.bit() | Kind.REAL_TIME.bit(), ", by the order of time");

  private final int kinds;
  private final String suffix;

  Order(int kinds, String suffix) {
    this.kinds = kinds;
    this.suffix = suffix;
  }

  int kinds() {
    return kinds;
  }

  String suffix() {
    return suffix;
  }
}
