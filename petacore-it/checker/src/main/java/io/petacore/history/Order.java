package io.petacore.history;

/** What a cycle rests on besides reads and writes. */
public enum Order {
  /** Nothing: the reads and writes contradict each other. */
  DATA(0, ""),
  /** That one node shows what it has shown and committed. */
  SESSION(Kind.SESSION.bit(), ", by the order of a session"),
  /** That commits of all nodes are in the order of time. */
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
