package io.petacore.history;

import java.util.Comparator;
import java.util.List;

/** The transactions of a run, in the order in which they began. */
public record History(List<Txn> txns) {

  /** Sorts the transactions. */
  public History {
    txns = txns.stream().sorted(Comparator.comparingLong(Txn::invoked)).toList();
  }

  /** Returns the number of transactions with an outcome. */
  public long count(Outcome outcome) {
    return txns.stream().filter(txn -> txn.outcome() == outcome).count();
  }
}
