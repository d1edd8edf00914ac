package io.petacore.etcd;

import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A read that is sent again while it has no answer: twice a second, a few times, each time to the
 * member that the picker prefers then. The first answer is the result. So a read does not wait for
 * its deadline at a member that hangs, or for a leader that does.
 *
 * <p>The other attempts are left to their deadlines: until then the member that owes the answer is
 * avoided, and a deadline that passes in silence shows that its connection hangs.
 *
 * <p>Safe for use by many threads.
 *
 * @param <T> the result
 */
final class HedgedRead<T> {

  /** How long an attempt may be without an answer before there is another one. */
  private static final Duration DELAY = Duration.ofMillis(500);

  static final int MAX_ATTEMPTS = 7;

  private final Connection connection;
  private final Supplier<CompletableFuture<T>> attempts;
  private final CompletableFuture<T> future = new CompletableFuture<>();

  private final Object lock = new Object();
  private int begun; // guarded by lock
  private int open; // guarded by lock
  private @Nullable Future<?> timer; // guarded by lock

  /**
   * @param attempts sends the request once; the future fails with {@link StoreException}
   */
  HedgedRead(Connection connection, Supplier<CompletableFuture<T>> attempts) {
    this.connection = connection;
    this.attempts = attempts;
  }

  /** Sends it; to be called once. The future fails with {@link StoreException}. */
  CompletableFuture<T> start() {
    attempt();
    return future;
  }

  private void attempt() {
    synchronized (lock) {
      if (future.isDone() || (begun > 0 && open == 0)) {
        return;
      }
      begun++;
      open++;
    }
    var unused = attempts.get().whenComplete(this::ended);
    synchronized (lock) {
      if (!future.isDone() && begun < MAX_ATTEMPTS) {
        scheduleNext();
      }
    }
  }

  private void scheduleNext() {
    try {
      timer = connection.schedule(this::attempt, DELAY);
    } catch (RejectedExecutionException e) {
      // The store is closed, which ends every attempt.
    }
  }

  private void ended(@Nullable T answer, @Nullable Throwable failure) {
    boolean last;
    Future<?> next;
    synchronized (lock) {
      open--;
      last = open == 0;
      next = timer;
    }
    if (failure == null) {
      future.complete(answer);
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
