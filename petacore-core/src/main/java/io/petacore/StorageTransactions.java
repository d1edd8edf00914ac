package io.petacore;

import static java.util.Objects.requireNonNull;

import io.petacore.error.StorageClosedException;
import io.petacore.internal.engine.Engine;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.ThrowingTransactionCall;
import io.petacore.transaction.ThrowingTransactionTask;
import io.petacore.transaction.TransactionContext;
import io.petacore.transaction.TransactionOptions;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Runs the transactions of a storage, before anything wraps them. */
record StorageTransactions(Engine engine) implements TransactionContext {

  @Override
  public <X extends Exception> CommitResult runTransactionThrowing(
      TransactionOptions options, ThrowingTransactionTask<X> body) throws X {
    requireNonNull(options, "options");
    requireNonNull(body, "body");
    return engine.runner().run(options, body);
  }

  @Override
  public <T extends @Nullable Object, X extends Exception> T callTransactionThrowing(
      TransactionOptions options, ThrowingTransactionCall<T, X> body) throws X {
    requireNonNull(options, "options");
    requireNonNull(body, "body");
    return engine.runner().call(options, body);
  }

  @Override
  public CompletableFuture<CommitResult> runTransactionAsync(
      TransactionOptions options, ThrowingTransactionTask<?> body) {
    requireNonNull(options, "options");
    requireNonNull(body, "body");
    try {
      return engine.runner().runAsync(options, body);
    } catch (StorageClosedException closed) {
      return CompletableFuture.failedFuture(closed);
    }
  }

  @Override
  public <T extends @Nullable Object> CompletableFuture<T> callTransactionAsync(
      TransactionOptions options, ThrowingTransactionCall<T, ?> body) {
    requireNonNull(options, "options");
    requireNonNull(body, "body");
    try {
      return engine.runner().callAsync(options, body);
    } catch (StorageClosedException closed) {
      return CompletableFuture.failedFuture(closed);
    }
  }

  @Override
  public ExplicitTransaction begin(TransactionOptions options) {
    requireNonNull(options, "options");
    return engine.runner().begin(options);
  }
}
