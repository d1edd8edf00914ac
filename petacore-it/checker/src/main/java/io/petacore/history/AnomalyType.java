package io.petacore.history;

/**
 * What can be wrong with a history, by the names of the literature (see the package). Those of
 * cycles are told apart by their dependencies: write-write (ww: one overwrote the other's version),
 * write-read (wr: one read the other's), and read-write (rw, anti-dependency: one read what the
 * other overwrote).
 */
public enum AnomalyType {
  /** A read of what was never committed. */
  ABORTED_READ("G1a, aborted read"),
  /** A read of what its transaction went on to overwrite itself. */
  INTERMEDIATE_READ("G1b, intermediate read"),
  /** A read of what nobody wrote. */
  UNWRITTEN_READ("garbage read"),
  /** A list that has an element twice. */
  DUPLICATE_ELEMENT("duplicate element"),
  /** Two lists neither of which is the beginning of the other. */
  INCOMPATIBLE_ORDER("incompatible order"),
  /** Values of a register that came after each other in a circle. */
  CYCLIC_VERSIONS("cyclic versions"),
  /** A transaction that does not see its own writes, or what its own snapshot had. */
  INTERNAL("internal inconsistency"),
  /** Two that read one version of a key, and both replaced it. */
  LOST_UPDATE("lost update"),
  /** A transaction that sees another one in part. */
  FRACTURED_READ("fractured read"),
  /** A cycle of writes. */
  G0("G0, write cycle"),
  /** A cycle of writes and reads of what was written. */
  G1C("G1c, circular information flow"),
  /** A cycle with one anti-dependency. */
  G_SINGLE("G-single, read skew"),
  /** A cycle with several anti-dependencies, no two of which follow each other. */
  G_NONADJACENT("G-nonadjacent, long fork of the order"),
  /** A cycle with anti-dependencies that follow each other: write skew. */
  G2_ITEM("G2-item, write skew");

  private final String title;

  AnomalyType(String title) {
    this.title = title;
  }

  /** Its name in the literature, and what it is called in conversation. */
  public String title() {
    return title;
  }
}
