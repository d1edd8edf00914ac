package io.petacore.bench.benchmark.read;

/**
 * What one round gave.
 *
 * @param own PetaCore's figure
 * @param reference that of what it stands beside; {@link #NONE} if there is nothing
 * @param allocated bytes allocated by one operation of PetaCore; {@link #NONE} if not measured
 * @param note what else there is to say
 */
record Reading(double own, double reference, double allocated, String note) {

  static final double NONE = Double.NaN;

  /** A reading of something that allocates as it must. */
  Reading(double own, double reference, String note) {
    this(own, reference, NONE, note);
  }
}
