package io.petacore.transaction;

/** What a transaction sees of others, and when two of them conflict. */
public enum IsolationLevel {
  /**
   * Each read (each scan, from the moment its iterator is made) sees the newest state of its own
   * moment; writes are applied without a check, the last one in the store's order wins. Never part
   * of another commit within one read; updates made from a value read earlier may be lost.
   */
  READ_COMMITTED,
  /**
   * All reads see the one state at the transaction's start, own writes on top; of two concurrent
   * transactions that write one key, the first to commit wins and the other conflicts. Write skew
   * remains possible: two transactions that each read what the other writes may both commit.
   */
  SNAPSHOT
}
