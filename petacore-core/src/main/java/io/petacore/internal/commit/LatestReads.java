package io.petacore.internal.commit;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.error.PetaCoreException;
import io.petacore.error.StorageClosedException;
import io.petacore.internal.concurrent.Backoff;
import io.petacore.internal.concurrent.ExpiringFlag;
import io.petacore.internal.format.CommitRecord;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.store.KeyValue;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import io.petacore.store.StoreException;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds the newest commit of any node by quorum reads of the commit record, and waits until it is
 * applied here.
 *
 * <p><b>Invariant.</b> A call completes by a read that was sent after the call. So the calls that a
 * read answers are fixed before it is sent, and a call that comes while it is in flight waits for
 * the next one: that read may have been evaluated before a commit that the caller has seen.
 *
 * <p><b>Why it suffices.</b> A commit that had returned before the call was applied by the store
 * before the read was sent. The read is linearizable, so its mod revision is that commit's or a
 * later one's. A call completes when the record of that revision, or a later one, is applied here,
 * and the put count proves that no earlier record was left out.
 *
 * <p><b>Another history.</b> Commit records rise. A record below the one applied here when the read
 * was sent, or another one at the same revision, is of another history; everything is loaded before
 * the next read. A read that a load has overtaken is not used.
 *
 * <p>Guarded by the pipeline's lock.
 */
final class LatestReads {

  private final CommitContext context;
  private final ReplicaProgress progress;
  private final LossDetector losses;
  private final Staleness staleness;
  private final Bytes recordKey;
  private final Backoff backoff;
  private final RevisionCalls waiting; // for a read that is not sent yet
  private final RevisionCalls reading; // for the read in flight
  private final TreeMap<Long, RevisionCalls> awaited = new TreeMap<>(); // by the revision read
  private final ExpiringFlag inFlight;
  private int reads;
  private int loads;
  private @Nullable CommitRecord record; // the last one applied; null if there is none

  LatestReads(CommitContext context, LossDetector losses) {
    this.context = context;
    this.progress = context.progress;
    this.losses = losses;
    this.staleness = context.staleness;
    this.recordKey = context.namespace.toStore(ReservedKeys.COMMIT_RECORD);
    this.backoff = Backoff.ofRequests(context.scheduler);
    this.waiting = new RevisionCalls(context.lock);
    this.reading = new RevisionCalls(context.lock);
    this.inFlight = new ExpiringFlag(context.scheduler::nanoTime);
  }

  /** Has a call wait for the next read that is not sent yet. */
  void add(RevisionCalls.Call call) {
    waiting.add(call);
    context.timer.setFor(call.deadline());
  }

  /** Whether no call waits. */
  boolean areNone() {
    return waiting.isEmpty() && reading.isEmpty() && awaited.isEmpty();
  }

  /** Sends a read if a call waits for one, and none is in flight. */
  void send() {
    boolean wanted = !waiting.isEmpty() || !reading.isEmpty();
    if (!wanted || inFlight.isSet() || progress.isLossKnown()) {
      return;
    }
    inFlight.set();
    reading.takeFrom(waiting);
    int number = ++reads;
    int since = loads;
    long recordBefore = progress.record();
    long sentAt = context.scheduler.nanoTime();
    context.calls.send(
        () -> context.store.range(new RangeRequest(KeyRange.single(recordKey), 0, 1)),
        (page, failure) -> {
          if (number != reads) {
            return; // it counts as lost, and another was sent
          }
          if (page == null) {
            failed(StoreException.of(failure));
          } else {
            inFlight.clear();
            backoff.reset();
            answered(page, since, recordBefore, sentAt);
          }
        });
  }

  private void failed(StoreException failure) {
    context.outcomes.storeFailed(failure);
    waiting.takeFrom(reading);
    context.runLater(backoff.next(), inFlight::clear);
  }

  private void answered(RangePage page, int since, long recordBefore, long sentAt) {
    KeyValue found = page.entries().isEmpty() ? null : page.entries().get(0);
    long revision = found == null ? 0 : found.modRevision();
    if (since != loads) {
      waiting.takeFrom(reading); // what was read may be of another history
      return;
    }
    if (revision < recordBefore
        || (revision == progress.record() && !Objects.equals(decode(found), record))) {
      waiting.takeFrom(reading);
      losses.lost(
          "the store shows an older commit record, of revision "
              + revision
              + ", than was applied here, at revision "
              + recordBefore
              + ": it is on another history");
      return;
    }
    staleness.answered(sentAt, revision, progress.record());
    if (progress.record() >= revision) {
      reading.complete(progress.applied());
      return;
    }
    awaited.computeIfAbsent(revision, first -> new RevisionCalls(context.lock)).takeFrom(reading);
    progress.know(revision);
    requireShown();
  }

  private static @Nullable CommitRecord decode(@Nullable KeyValue found) {
    return found == null ? null : CommitRecord.decode(found.value());
  }

  /** A revision was applied; its record is null if it did not write one, or it is malformed. */
  void applied(long revision, long recordRevision, @Nullable CommitRecord written) {
    if (recordRevision == revision || recordRevision == 0) {
      record = written;
    }
    completeAwaited();
    requireShown();
  }

  /**
   * Everything was loaded.
   *
   * @param same whether it continues the history that was applied before
   */
  void loaded(boolean same, @Nullable CommitRecord present) {
    loads++;
    record = present;
    if (same) {
      completeAwaited();
    }
    awaited.values().forEach(waiting::takeFrom); // to be read again
    awaited.clear();
  }

  private void completeAwaited() {
    Map<Long, RevisionCalls> shown = awaited.headMap(progress.record(), true);
    shown.values().forEach(calls -> calls.complete(progress.applied()));
    shown.clear();
  }

  /** The record of a revision that is applied must have been delivered. */
  private void requireShown() {
    if (!awaited.isEmpty() && progress.hasApplied(awaited.firstKey())) {
      losses.lost("the commit record at revision " + awaited.firstKey() + " was not delivered");
    }
  }

  /** Fails the calls that are not to wait for the store. */
  void failFast(Supplier<PetaCoreException> failure) {
    waiting.fail(RevisionCalls.Call::failFast, failure);
    reading.fail(RevisionCalls.Call::failFast, failure);
    awaited.values().forEach(calls -> calls.fail(RevisionCalls.Call::failFast, failure));
    removeEmpty();
  }

  /** Fails the calls whose deadline has passed, and sets the timer for the others. */
  void checkDeadlines() {
    waiting.checkDeadlines(context.timer, this::unanswered);
    reading.checkDeadlines(context.timer, this::unanswered);
    awaited.forEach(
        (revision, calls) -> calls.checkDeadlines(context.timer, () -> notApplied(revision)));
    removeEmpty();
  }

  private void removeEmpty() {
    awaited.values().removeIf(RevisionCalls::isEmpty);
  }

  private PetaCoreException unanswered() {
    return context.outcomes.late("the newest commit could not be read from the store in time");
  }

  private PetaCoreException notApplied(long revision) {
    return context.outcomes.late(
        "the newest commit, at revision "
            + revision
            + ", was not applied in time: this node has applied revision "
            + progress.applied()
            + " and is "
            + (progress.isFollowing() ? "connected" : "disconnected"));
  }

  /** Fails all calls: nothing is read or delivered any more. */
  void close(String reason) {
    Supplier<PetaCoreException> closed = () -> new StorageClosedException(reason);
    waiting.fail(closed);
    reading.fail(closed);
    awaited.values().forEach(calls -> calls.fail(closed));
    awaited.clear();
  }
}
