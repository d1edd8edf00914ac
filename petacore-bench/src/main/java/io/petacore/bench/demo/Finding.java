package io.petacore.bench.demo;

/**
 * The result of one check of the accounts.
 *
 * @param check the property that was checked
 * @param verdict whether the property holds
 * @param detail figures, or examples of violations
 */
record Finding(String check, Verdict verdict, String detail) {
  /** The verdict of a check. */
  enum Verdict {
    OK,
    FAILED,
    /** The property is violated in a way that the isolation level allows. */
    ALLOWED
  }
}
