package io.petacore.history;

/** The reasons why one transaction comes before another. */
enum Kind {
  /** The first wrote a version that the second overwrote. */
  WW(1),
  /** The first wrote the version that the second read. */
  WR(2),
  /** The first read a version that the second overwrote. */
  RW(4),
  /** The first ended on the same node before the second began. */
  SESSION(8),
  /** The first ended on any node before the second began. */
  REAL_TIME(16),
  /** The begin of a transaction, before its own commit. */
  WITHIN(32);

  static final int WRITES = WW.bit;
  static final int WRITES_AND_READS = WW.bit | WR.bit;
  static final int DATA = WW.bit | WR.bit | RW.bit;

  private final int bit;

  Kind(int bit) {
    this.bit = bit;
  }

  /** The bit of this kind in a set of kinds, which is tested for every edge. */
  int bit() {
    return bit;
  }
}
