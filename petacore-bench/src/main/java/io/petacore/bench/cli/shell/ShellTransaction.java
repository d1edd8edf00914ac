package io.petacore.bench.cli.shell;

import io.petacore.DistributedStorage;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionOptions;

/**
 * An interactive transaction. It may outlast the history retention, so a snapshot taken before it
 * pins the history.
 */
final class ShellTransaction implements AutoCloseable {
  private final Snapshot pin;
  private final ExplicitTransaction transaction;
  private long writes;

  private ShellTransaction(Snapshot pin, ExplicitTransaction transaction) {
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

  /** The number of write statements. */
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
