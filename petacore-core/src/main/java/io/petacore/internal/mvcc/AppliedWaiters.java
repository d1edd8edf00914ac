package io.petacore.internal.mvcc;

import io.petacore.error.PetaCoreException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Those who wait for a revision to be applied.
 *
 * <p>A waiter first enters the queue and then looks at what is applied; the writer first publishes
 * and then looks at the queue. Whichever comes second sees the other, so nobody is forgotten.
 */
final class AppliedWaiters {

  private record Waiter(long revision, CompletableFuture<Applied> future) {}

  private final PriorityQueue<Waiter> queue =
      new PriorityQueue<>(Comparator.comparingLong(Waiter::revision)); // guarded by this
  private volatile boolean waiting; // whether the queue may hold someone; written under the lock

  CompletableFuture<Applied> await(long revision, Supplier<Applied> applied) {
    Applied now = applied.get();
    if (now.revision() >= revision) {
      return CompletableFuture.completedFuture(now);
    }
    CompletableFuture<Applied> future = new CompletableFuture<>();
    synchronized (this) {
      queue.add(new Waiter(revision, future));
      waiting = true;
    }
    Applied again = applied.get();
    if (again.revision() >= revision) {
      complete(again);
    }
    return future;
  }

  /** Completes, holding no lock, everyone whose revision has come. */
  void complete(Applied applied) {
    if (!waiting) {
      return;
    }
    List<CompletableFuture<Applied>> due = new ArrayList<>();
    synchronized (this) {
      for (Waiter next = queue.peek();
          next != null && next.revision() <= applied.revision();
          next = queue.peek()) {
        due.add(queue.remove().future());
      }
      waiting = !queue.isEmpty();
    }
    due.forEach(future -> future.complete(applied));
  }

  void abandon(PetaCoreException cause) {
    List<Waiter> abandoned;
    synchronized (this) {
      abandoned = List.copyOf(queue);
      queue.clear();
      waiting = false;
    }
    abandoned.forEach(waiter -> waiter.future().completeExceptionally(cause));
  }
}
