package io.petacore.history;

/** The outcome of a transaction as reported to its client. */
public enum Outcome {
  /** Committed. */
  OK,
  /** Not applied. */
  FAIL,
  /**
   * Unknown: it may or may not have been applied. Also the outcome of a transaction that has not
   * ended.
   */
  UNKNOWN
}
