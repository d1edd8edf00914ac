package io.petacore.internal.mvcc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.petacore.error.PetaCoreException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The futures that complete when a revision is applied.
 *
 * <p>A waiter enters the queue before it reads the applied state; the writer publishes a state
 * before it reads the queue. Whichever comes second sees the other, so no waiter is lost. A waiter
 * whose future is cancelled leaves the queue. Safe for use by many threads.
 */
final class AppliedWaiters {

  private final class Waiter extends CompletableFuture<AppliedState> {
    private final long revision;
    private final long sequence;

    Waiter(long revision, long sequence) {
      this.revision = revision;
      this.sequence = sequence;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      remove(this);
      return super.cancel(mayInterruptIfRunning);
    }
  }

  @GuardedBy("this")
  private final TreeSet<Waiter> queue =
      new TreeSet<>(
          Comparator.<Waiter>comparingLong(waiter -> waiter.revision)
              .thenComparingLong(waiter -> waiter.sequence));

  /** The number of waiters that have ever entered the queue; it orders waiters of one revision. */
  @GuardedBy("this")
  private long entered;

  /** What new waiters fail with; null while the queue is open. */
  @GuardedBy("this")
  private @Nullable PetaCoreException closed;

  /** Whether the queue may hold a waiter. Written under the lock, read without it. */
  private volatile boolean waiting;

  /**
   * Returns a future of the state at which a revision is applied; cancelling it ends the wait.
   *
   * @param applied reads the newest published state
   */
  CompletableFuture<AppliedState> await(long revision, Supplier<AppliedState> applied) {
    AppliedState now = applied.get();
    if (now.revision() >= revision) {
      return CompletableFuture.completedFuture(now);
    }
    Waiter waiter;
    synchronized (this) {
      if (closed != null) {
        return CompletableFuture.failedFuture(closed);
      }
      waiter = new Waiter(revision, entered++);
      queue.add(waiter);
      waiting = true;
    }
    AppliedState again = applied.get();
    if (again.revision() >= revision) {
      complete(again);
    }
    return waiter;
  }

  private synchronized void remove(Waiter waiter) {
    queue.remove(waiter);
    waiting = !queue.isEmpty();
  }

  /** The number of waiters. */
  synchronized int count() {
    return queue.size();
  }

  /** Completes the waiters whose revision is applied, without holding the lock. */
  void complete(AppliedState applied) {
    if (!waiting) {
      return;
    }
    List<Waiter> due = new ArrayList<>();
    synchronized (this) {
      while (!queue.isEmpty() && queue.first().revision <= applied.revision()) {
        Waiter first = queue.first();
        queue.remove(first);
        due.add(first);
      }
      waiting = !queue.isEmpty();
    }
    due.forEach(waiter -> waiter.complete(applied));
  }

  /** Fails all current waiters; later ones wait as usual. */
  void abandon(PetaCoreException cause) {
    List<Waiter> abandoned;
    synchronized (this) {
      abandoned = List.copyOf(queue);
      queue.clear();
      waiting = false;
    }
    abandoned.forEach(waiter -> waiter.completeExceptionally(cause));
  }

  /** Fails all current and all later waiters. */
  void close(PetaCoreException cause) {
    synchronized (this) {
      closed = cause;
    }
    abandon(cause);
  }
}
