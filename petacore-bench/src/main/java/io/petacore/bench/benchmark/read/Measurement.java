package io.petacore.bench.benchmark.read;

/**
 * The result of one round.
 *
 * @param own PetaCore's result
 * @param reference the result of the reference; {@link #NONE} for none
 * @param allocated bytes allocated per operation of PetaCore; {@link #NONE} if not measured
 * @param note a note for the table
 */
record Measurement(double own, double reference, double allocated, String note) {

  static final double NONE = Double.NaN;

  /** Creates a result without allocated bytes. */
  Measurement(double own, double reference, String note) {
    this(own, reference, NONE, note);
  }
}
