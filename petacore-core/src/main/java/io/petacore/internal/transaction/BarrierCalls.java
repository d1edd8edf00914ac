package io.petacore.internal.transaction;

import io.petacore.error.ReadOnlyStorageException;
import io.petacore.internal.concurrent.Continuation;
import io.petacore.internal.concurrent.Deadline;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Waits for barriers, on the caller's thread or without one. Safe for use by many threads. */
public final class BarrierCalls {

  private final RunContext context;

  BarrierCalls(RunContext context) {
    this.context = context;
  }

  /**
   * Waits on this thread.
   *
   * @param options of which the timeout and fail-fast count
   * @return the revision of the barrier
   */
  public long await(TransactionOptions options) {
    requireWritable();
    Deadline deadline = deadline(options);
    return context.await(barrier(options, deadline), deadline, "a barrier");
  }

  /**
   * Waits without a thread; dependents of the future run on the executor.
   *
   * @param options of which the timeout and fail-fast count
   * @return the revision of the barrier
   */
  public CompletableFuture<Long> start(TransactionOptions options) {
    CompletableFuture<Long> done = new CompletableFuture<>();
    try {
      requireWritable();
    } catch (ReadOnlyStorageException readOnly) {
      done.completeExceptionally(readOnly);
      return done;
    }
    Continuation.after(
        barrier(options, deadline(options)),
        context.executor(),
        (revision, failure) -> {
          if (revision != null) {
            done.complete(revision);
          } else {
            done.completeExceptionally(context.failures().forCaller(failure));
          }
        },
        done::completeExceptionally);
    return done;
  }

  private CompletableFuture<Long> barrier(TransactionOptions options, Deadline deadline) {
    return context.pipeline().freshness().barrier(deadline, options.isFailFast());
  }

  private Deadline deadline(TransactionOptions options) {
    Duration timeout = options.timeout().orElse(context.settings().timeout());
    return Deadline.in(timeout, context.scheduler()::nanoTime);
  }

  private void requireWritable() {
    if (context.settings().readOnly()) {
      throw new ReadOnlyStorageException(
          "the storage was opened read-only, and a barrier writes the commit record; for what other"
              + " nodes have committed, use TransactionOptions.latest()");
    }
  }
}
