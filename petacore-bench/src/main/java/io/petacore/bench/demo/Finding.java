package io.petacore.bench.demo;

/**
 * What one check of the accounts found.
 *
 * @param check what was checked, as a sentence that is true when all is well
 * @param verdict whether it is
 * @param detail figures, or what is wrong with examples
 */
record Finding(String check, Verdict verdict, String detail) {
  /** How a check came out. */
  enum Verdict {
    OK,
    FAILED,
    /** Not as it should be, but what the chosen isolation level allows. */
    ALLOWED
  }
}
