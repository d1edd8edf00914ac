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
   * both commit; {@link Transaction#requireUnchanged(io.petacore.data.Bytes)} prevents it for
   * chosen reads.
   */
  SNAPSHOT,
  /**
   * As {@link #SNAPSHOT}, and everything that was read is still so when the transaction commits:
   * keys, absent ones too, ranges as far as they were iterated, and indexes. Of what is committed
   * at this level, each transaction is as if it ran alone at its commit, and one that writes
   * nothing as if it ran at its start. Commits at other levels, and foreign programs, are not held
   * to that.
   *
   * <p>Reads are guarded in the store, so they cost about as much as writes. Ranges with more than
   * 64 entries or 64 KiB in all, lookups in an index, and more keys than one request carries are
   * guarded as a whole: the commit is sent alone, and conflicts with every other commit of PetaCore
   * that comes between its start and its end.
   */
  SERIALIZABLE
}
