package io.petacore.history;

/**
 * The kinds of anomalies, named as in the literature (see the package documentation). Cycles are
 * distinguished by their dependencies: write-write (ww: one transaction overwrote a version of the
 * other), write-read (wr: one read a version of the other), and read-write (rw, an anti-dependency:
 * one read a version that the other overwrote).
 */
public enum AnomalyType {
  /** A read of a value that was never committed. */
  ABORTED_READ("G1a, aborted read"),
  /** A read of a value that its own writer overwrote later in the same transaction. */
  INTERMEDIATE_READ("G1b, intermediate read"),
  /** A read of a value that no transaction wrote. */
  UNWRITTEN_READ("garbage read"),
  /** A list that contains an element twice. */
  DUPLICATE_ELEMENT("duplicate element"),
  /** Two reads of a list of which neither is a prefix of the other. */
  INCOMPATIBLE_ORDER("incompatible order"),
  /** Values of a register whose proven order has a cycle. */
  CYCLIC_VERSIONS("cyclic versions"),
  /** A transaction that misses its own writes, or whose snapshot changes. */
  INTERNAL("internal inconsistency"),
  /** Two transactions that read the same version of a key and both replaced it. */
  LOST_UPDATE("lost update"),
  /** A transaction that sees part of another transaction. */
  FRACTURED_READ("fractured read"),
  /** A cycle of write-write dependencies. */
  G0("G0, write cycle"),
  /** A cycle of write-write and write-read dependencies. */
  G1C("G1c, circular information flow"),
  /** A cycle with one anti-dependency. */
  G_SINGLE("G-single, read skew"),
  /** A cycle with several anti-dependencies, no two of them adjacent. */
  G_NONADJACENT("G-nonadjacent, long fork of the order"),
  /** A cycle with adjacent anti-dependencies: write skew. */
  G2_ITEM("G2-item, write skew"),
  /**
   * Such a cycle in which one anti-dependency is of a predicate: a range was read without a key
   * that another transaction created.
   */
  G2("G2, write skew by a phantom");

  private final String title;

  AnomalyType(String title) {
    this.title = title;
  }

  /** Returns the formal name and the common name. */
  public String title() {
    return title;
  }
}
