package io.petacore.history;

/** Why one transaction comes before another. */
enum Kind {
  /** It wrote a version that the other one overwrote. */
  WW(1),
  /** It wrote the version that the other one read. */
  WR(2),
  /** It read a version that the other one overwrote. */
  RW(4),
  /** It had ended on the same node before the other one began. */
  SESSION(8),
  /** It had ended anywhere before the other one began. */
  REAL_TIME(16),
  /** Not of two: the beginning of one, before its end. */
  WITHIN(32);

  static final int WRITES = WW.bit;
  static final int WRITES_AND_READS = WW.bit | WR.bit;
  static final int DATA = WW.bit | WR.bit | RW.bit;

  private final int bit;

  Kind(int bit) {
    this.bit = bit;
  }

  /** For sets of kinds, which are tested for every edge. */
  int bit() {
    return bit;
  }
}
