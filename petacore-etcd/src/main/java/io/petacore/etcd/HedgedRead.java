package io.petacore.etcd;

import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A read that is resent while it has no response: twice a second, a few times, each time to the
 * member that the picker prefers. The first response is the result. So a read does not wait for its
 * deadline if a member or the leader hangs.
 *
 * <p>A response of which bytes arrive is awaited: on a slow link another one would only delay it.
 *
 * <p>The other attempts are not cancelled: while they are pending, the picker avoids their members,
 * and a deadline without a response shows that a connection hangs.
 *
 * <p>Thread-safe.
 *
 * @param <T> the result
 */
final class HedgedRead<T> {

  /** Time without a response until the next attempt. */
  private static final Duration DELAY = Duration.ofMillis(500);

  static final int MAX_ATTEMPTS = 7;

  private final Connection connection;
  private final Supplier<CompletableFuture<T>> attempts;
  private final BooleanSupplier progress;
  private final CompletableFuture<T> future = new CompletableFuture<>();

  private final Object lock = new Object();

  @GuardedBy("lock")
  private int attemptCount;

  @GuardedBy("lock")
  private int open;

  @GuardedBy("lock")
  private @Nullable Future<?> timer;

  /**
   * @param attempts sends the request once; its future fails with {@link StoreException}
   * @param progress whether a part of a response has arrived since the last call
   */
  HedgedRead(
      Connection connection, Supplier<CompletableFuture<T>> attempts, BooleanSupplier progress) {
    this.connection = connection;
    this.attempts = attempts;
    this.progress = progress;
  }

  /** Sends the request; to be called once. The future fails with {@link StoreException}. */
  CompletableFuture<T> start() {
    attempt();
    return future;
  }

  private void attempt() {
    synchronized (lock) {
      if (future.isDone() || (attemptCount > 0 && open == 0)) {
        return;
      }
      if (attemptCount > 0 && progress.getAsBoolean()) {
        scheduleNext();
        return;
      }
      attemptCount++;
      open++;
    }
    var unused = attempts.get().whenComplete(this::ended);
    synchronized (lock) {
      if (!future.isDone() && attemptCount < MAX_ATTEMPTS) {
        scheduleNext();
      }
    }
  }

  @GuardedBy("lock")
  private void scheduleNext() {
    try {
      timer = connection.schedule(this::attempt, DELAY);
    } catch (RejectedExecutionException e) {
      // The store is closed, which ends every attempt.
    }
  }

  private void ended(@Nullable T response, @Nullable Throwable failure) {
    boolean last;
    Future<?> next;
    synchronized (lock) {
      open--;
      last = open == 0;
      next = timer;
    }
    if (failure == null) {
      future.complete(response);
    } else {
      StoreException known = Calls.storeException(failure);
      if (!last && known.kind() == Kind.UNAVAILABLE) {
        return;
      }
      future.completeExceptionally(known);
    }
    if (next != null) {
      next.cancel(false);
    }
  }
}
