package io.petacore;

import io.petacore.transaction.CommitResult;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.ThrowingTransactionCall;
import io.petacore.transaction.ThrowingTransactionTask;
import io.petacore.transaction.TransactionContext;
import io.petacore.transaction.TransactionOptions;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Notes which methods were called. */
record CountingContext(TransactionContext inner, Set<Call> calls) implements TransactionContext {

  @Override
  public <X extends Exception> CommitResult runTransactionThrowing(
      TransactionOptions options, ThrowingTransactionTask<X> body) throws X {
    calls.add(Call.RUN);
    return inner.runTransactionThrowing(options, body);
  }

  @Override
  public <T extends @Nullable Object, X extends Exception> T callTransactionThrowing(
      TransactionOptions options, ThrowingTransactionCall<T, X> body) throws X {
    calls.add(Call.CALL);
    return inner.callTransactionThrowing(options, body);
  }

  @Override
  public CompletableFuture<CommitResult> runTransactionAsync(
      TransactionOptions options, ThrowingTransactionTask<?> body) {
    calls.add(Call.RUN_ASYNC);
    return inner.runTransactionAsync(options, body);
  }

  @Override
  public <T extends @Nullable Object> CompletableFuture<T> callTransactionAsync(
      TransactionOptions options, ThrowingTransactionCall<T, ?> body) {
    calls.add(Call.CALL_ASYNC);
    return inner.callTransactionAsync(options, body);
  }

  @Override
  public ExplicitTransaction begin(TransactionOptions options) {
    calls.add(Call.BEGIN);
    return inner.begin(options);
  }
}
