package io.petacore.bench.benchmark.read;

/**
 * A line of the table.
 *
 * @param name what is done
 * @param beside what it stands beside, in a word or two; empty for nothing
 * @param unit of the figures
 * @param comparison what is made of the two figures
 * @param wanted the bound that is wanted on it; {@link Reading#NONE} for none
 * @param bytesWanted how many bytes one operation may allocate; {@link Reading#NONE} for any number
 * @param probe measures it
 */
record Line(
    String name,
    String beside,
    Unit unit,
    Comparison comparison,
    double wanted,
    double bytesWanted,
    Probe probe) {

  /** A line without a bound on what is allocated. */
  Line(String name, String beside, Unit unit, Comparison comparison, double wanted, Probe probe) {
    this(name, beside, unit, comparison, wanted, Reading.NONE, probe);
  }

  double compare(Reading reading) {
    return comparison.of(reading.own(), reading.reference());
  }
}
