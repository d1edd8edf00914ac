package io.petacore.history;

import java.util.Comparator;
import java.util.List;

/** All transactions of a run, in the order in which they began. */
public record History(List<Txn> txns) {

  /** Puts them in order. */
  public History {
    txns = txns.stream().sorted(Comparator.comparingLong(Txn::invoked)).toList();
  }

  /** How many had an outcome. */
  public long count(Outcome outcome) {
    return txns.stream().filter(txn -> txn.outcome() == outcome).count();
  }
}
