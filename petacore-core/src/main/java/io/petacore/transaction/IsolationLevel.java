package io.petacore.transaction;

/** What a transaction sees of others, and when two of them conflict. */
public enum IsolationLevel {
  /**
   * Each read, and each scan from the moment its iterator is made, sees the newest applied state.
   * Writes are applied without a check: the last one in the store's order wins. One read never sees
   * part of another commit; an update computed from an earlier read may overwrite another one.
   */
  READ_COMMITTED,
  /**
   * All reads see one state, that of the transaction's start, with its own writes on top. Of two
   * concurrent transactions that write the same key, the first to commit wins and the other
   * conflicts. Write skew is possible: two transactions that each read what the other writes may
   * both commit.
   */
  SNAPSHOT
}
