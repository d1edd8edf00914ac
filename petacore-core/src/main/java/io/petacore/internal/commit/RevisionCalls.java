package io.petacore.internal.commit;

import io.petacore.error.PetaCoreException;
import io.petacore.internal.concurrent.CoalescingTimer;
import io.petacore.internal.concurrent.CombiningLock;
import io.petacore.internal.concurrent.Deadline;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Calls that wait for the same revision. Each is completed once, without the lock. Guarded by the
 * pipeline's lock.
 */
final class RevisionCalls {

  /**
   * A call for a revision that is yet to be applied.
   *
   * @param deadline when it fails
   * @param failFast whether it fails at once while the store is not followed
   * @param done completes with the revision, on an internal thread
   */
  record Call(Deadline deadline, boolean failFast, CompletableFuture<Long> done) {}

  private final CombiningLock lock;
  private List<Call> calls = new ArrayList<>();

  RevisionCalls(CombiningLock lock) {
    this.lock = lock;
  }

  boolean isEmpty() {
    return calls.isEmpty();
  }

  void add(Call call) {
    lock.assertHeld();
    calls.add(call);
  }

  /** Moves all calls of another set to this one. */
  void takeFrom(RevisionCalls other) {
    lock.assertHeld();
    calls.addAll(other.calls);
    other.calls = new ArrayList<>();
  }

  /** Completes all calls. */
  void complete(long revision) {
    for (Call call : take(call -> true)) {
      lock.afterUnlock(() -> call.done().complete(revision));
    }
  }

  /** Fails all calls, each with an exception of its own. */
  void fail(Supplier<PetaCoreException> failure) {
    fail(call -> true, failure);
  }

  /** Fails some calls, each with an exception of its own. */
  void fail(Predicate<Call> which, Supplier<PetaCoreException> failure) {
    for (Call call : take(which)) {
      PetaCoreException own = failure.get();
      lock.afterUnlock(() -> call.done().completeExceptionally(own));
    }
  }

  /** Fails the calls whose deadline has passed, and sets the timer for the others. */
  void checkDeadlines(CoalescingTimer timer, Supplier<PetaCoreException> failure) {
    fail(call -> call.deadline().hasPassed(), failure);
    calls.forEach(call -> timer.setFor(call.deadline()));
  }

  private List<Call> take(Predicate<Call> which) {
    lock.assertHeld();
    List<Call> taken = new ArrayList<>();
    List<Call> left = new ArrayList<>();
    calls.forEach(call -> (which.test(call) ? taken : left).add(call));
    calls = left;
    return taken;
  }
}
