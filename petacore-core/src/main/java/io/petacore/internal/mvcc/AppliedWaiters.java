package io.petacore.internal.mvcc;

import io.petacore.error.PetaCoreException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for a revision to be applied.
 *
 * <p>A waiter first enters the queue and then looks at what is applied; the writer first publishes
 * and then looks at the queue. Whichever comes second sees the other, so nobody is forgotten. In
 * the same way a waiter that enters the queue after {@link #close} finds that it is closed. A
 * waiter whose future is cancelled leaves the queue.
 */
final class AppliedWaiters {

  private final class Waiter extends CompletableFuture<AppliedState> {
    private final long revision;
    private final long timestamp;

    Waiter(long revision, long timestamp) {
      this.revision = revision;
      this.timestamp = timestamp;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      remove(this);
      return super.cancel(mayInterruptIfRunning);
    }
  }

  private final TreeSet<Waiter> queue = // guarded by this
      new TreeSet<>(
          Comparator.<Waiter>comparingLong(waiter -> waiter.revision)
              .thenComparingLong(waiter -> waiter.timestamp));
  private long entered; // guarded by this; how many have ever entered the queue
  private @Nullable PetaCoreException closed; // guarded by this; null while it is open
  private volatile boolean waiting; // whether the queue may hold someone; written under the lock

  /** Completes when a revision is applied; cancel it to wait no longer. */
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

  /** How many wait. */
  synchronized int count() {
    return queue.size();
  }

  /** Completes, holding no lock, everyone whose revision has come. */
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

  /** Fails everyone who waits; those who come later wait anew. */
  void abandon(PetaCoreException cause) {
    List<Waiter> abandoned;
    synchronized (this) {
      abandoned = List.copyOf(queue);
      queue.clear();
      waiting = false;
    }
    abandoned.forEach(waiter -> waiter.completeExceptionally(cause));
  }

  /** Fails everyone who waits, and everyone who comes later. */
  void close(PetaCoreException cause) {
    synchronized (this) {
      closed = cause;
    }
    abandon(cause);
  }
}
