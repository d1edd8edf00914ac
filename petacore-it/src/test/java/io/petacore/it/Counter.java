package io.petacore.it;

import io.petacore.DistributedStorage;
import io.petacore.transaction.TransactionOptions;

/** A counter, and transactions that increment it and put a key of their own. */
public record Counter(String key) {

  /** Increments it once, and enters what comes of it. */
  public Ledger.Told increment(
      DistributedStorage storage, TransactionOptions options, Ledger ledger, String ownKey) {
    return ledger.enter(
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
