package io.petacore.internal.commit;

import io.petacore.error.PetaCoreException;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreRefusedException;
import io.petacore.internal.concurrent.CoalescingTimer;
import io.petacore.internal.concurrent.CombiningLock;
import io.petacore.store.StoreException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The empty member of the next batch, and the calls that wait for it: a barrier.
 *
 * <p><b>Why it is a barrier.</b> An empty member is in a batch that is sent after the call. The
 * batch writes the commit record, so it has a revision, and that is above every revision that the
 * store had at the call, foreign writes included. The watch delivers revisions in order: when it
 * delivers that record, everything before it is applied here. The store's answer completes nothing.
 *
 * <p><b>It has no outcome of its own.</b> It writes nothing, so it is harmless to repeat. If its
 * batch was not applied, or its outcome is unknown, the calls wait for the next batch; a batch
 * without other members needs no resolution, and its session's fence is not advanced for it.
 *
 * <p><b>Bounded.</b> All calls since the last batch share one empty member; and a batch that has no
 * other member is sent only if none such is in flight, so barriers leave the other places to
 * commits. The planner sends none while a large transaction waits until nothing is in flight.
 *
 * <p>Guarded by the pipeline's lock.
 */
final class Barriers {

  private final CombiningLock lock;
  private final CoalescingTimer timer;
  private final RevisionCalls pending;
  private final Map<SentBatch, RevisionCalls> sent = new HashMap<>();
  private @Nullable SentBatch alone; // in flight without other members
  private boolean idleWrite;

  Barriers(CombiningLock lock, CoalescingTimer timer) {
    this.lock = lock;
    this.timer = timer;
    this.pending = new RevisionCalls(lock);
  }

  /** Has a call wait for the next batch that is not sent yet. */
  void add(RevisionCalls.Call call) {
    pending.add(call);
    timer.setFor(call.deadline());
  }

  /** Has an empty member sent that no call waits for; it is forgotten if it fails. */
  void requestIdleWrite() {
    lock.assertHeld();
    idleWrite = true;
  }

  /** Something was applied, or the store is not followed: an idle write is of no use now. */
  void withdrawIdleWrite() {
    lock.assertHeld();
    idleWrite = false;
  }

  /** Whether an empty member is to be sent, and may be now, with other members or without. */
  boolean areToBeSent() {
    return alone == null && arePending();
  }

  /** Whether an empty member is to be sent. */
  boolean arePending() {
    return idleWrite || !pending.isEmpty();
  }

  /** Whether nothing is pending, and nothing in flight is waited for. */
  boolean areNone() {
    return !arePending() && sent.isEmpty() && alone == null;
  }

  /** A batch is being sent that has the empty member; later calls wait for another one. */
  void sentIn(SentBatch batch) {
    lock.assertHeld();
    idleWrite = false;
    RevisionCalls calls = new RevisionCalls(lock);
    calls.takeFrom(pending);
    sent.put(batch, calls);
    if (batch.members().isEmpty()) {
      alone = batch;
    }
  }

  /** The watch has delivered the commit record of a batch: everything before it is applied. */
  void delivered(SentBatch batch, long revision) {
    RevisionCalls calls = sent.remove(batch);
    if (calls != null) {
      calls.complete(revision);
    }
  }

  /** A batch is not in flight any more: calls that still wait for it wait for the next one. */
  void ended(SentBatch batch) {
    RevisionCalls calls = sent.remove(batch);
    if (calls != null) {
      pending.takeFrom(calls);
    }
    if (batch == alone) {
      alone = null;
    }
  }

  /** Whether a call waits for a batch. */
  boolean isAwaited(SentBatch batch) {
    RevisionCalls calls = sent.get(batch);
    return calls != null && !calls.isEmpty();
  }

  /** The store refuses a batch without other members for its content. */
  void refused(SentBatch batch, StoreException failure) {
    RevisionCalls calls = sent.remove(batch);
    if (calls != null) {
      calls.fail(
          () ->
              new StoreRefusedException(
                  "the store rejected the barrier: " + failure.getMessage(), failure));
    }
  }

  /** Fails the calls that are not to wait for the store. */
  void failFast(Supplier<PetaCoreException> failure) {
    pending.fail(RevisionCalls.Call::failFast, failure);
    sent.values().forEach(calls -> calls.fail(RevisionCalls.Call::failFast, failure));
  }

  /** Fails the calls whose deadline has passed, and sets the timer for the others. */
  void checkDeadlines(Supplier<PetaCoreException> failure) {
    pending.checkDeadlines(timer, failure);
    sent.values().forEach(calls -> calls.checkDeadlines(timer, failure));
  }

  /** Fails all calls: nothing is sent or delivered any more. */
  void close(String reason) {
    idleWrite = false;
    pending.fail(() -> new StorageClosedException(reason));
    sent.values().forEach(calls -> calls.fail(() -> new StorageClosedException(reason)));
  }
}
