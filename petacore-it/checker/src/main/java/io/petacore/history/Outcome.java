package io.petacore.history;

/** What whoever ran a transaction was told. */
public enum Outcome {
  /** It was committed. */
  OK,
  /** Nothing of it was applied. */
  FAIL,
  /** It may or may not have been applied; so is one that has not ended. */
  UNKNOWN
}
