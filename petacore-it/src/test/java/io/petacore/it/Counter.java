package io.petacore.it;

import io.petacore.DistributedStorage;
import io.petacore.transaction.TransactionOptions;

/** A counter; each increment also puts a unique key. */
public record Counter(String key) {

  /** Increments the counter and records the outcome. */
  public Ledger.Outcome increment(
      DistributedStorage storage, TransactionOptions options, Ledger ledger, String ownKey) {
    return ledger.record(
        ownKey,
        () ->
            storage.runTransaction(
                options,
                tx -> {
                  String value = tx.read(key);
                  int next = value == null ? 1 : Integer.parseInt(value) + 1;
                  tx.write(key, Integer.toString(next)).write(ownKey, "");
                }));
  }
}
