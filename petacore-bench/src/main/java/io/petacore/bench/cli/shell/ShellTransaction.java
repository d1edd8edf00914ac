package io.petacore.bench.cli.shell;

import io.petacore.DistributedStorage;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionOptions;

/**
 * A transaction that somebody types. People are slower than the history is kept, so a snapshot
 * handle, taken just before, pins it.
 */
final class ShellTransaction implements AutoCloseable {
  private final Snapshot pin;
  private final Transaction transaction;
  private long writes;

  private ShellTransaction(Snapshot pin, Transaction transaction) {
    this.pin = pin;
    this.transaction = transaction;
  }

  static ShellTransaction begin(DistributedStorage storage, TransactionOptions options) {
    Snapshot pin = storage.snapshot();
    try {
      return new ShellTransaction(pin, storage.begin(options));
    } catch (RuntimeException e) {
      pin.close();
      throw e;
    }
  }

  Transaction transaction() {
    return transaction;
  }

  void countWrite() {
    writes++;
  }

  /** How many statements have written. */
  long writes() {
    return writes;
  }

  CommitResult commit() {
    return transaction.commit();
  }

  @Override
  public void close() {
    transaction.close();
    pin.close();
  }
}
