package io.petacore.internal.commit;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.internal.concurrent.Backoff;
import io.petacore.internal.concurrent.ExpiringFlag;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import io.petacore.store.StoreException;
import java.util.function.Consumer;

/**
 * Finds out whether the watch has lost a revision of this storage, before anything is concluded
 * from its absence. Guarded by the pipeline's lock.
 *
 * <p>Every batch writes the commit record. The record's put count, which rises by one with each, is
 * checked when a record is applied. So once a record at or above a revision was applied, no batch
 * up to that revision was lost. A fencing point writes no record; so the record is read from the
 * store once the fencing point is applied: it must be one that was applied here, or one that is
 * still to come.
 */
final class LossDetector {

  private final CommitContext context;
  private final ReplicaProgress progress;
  private final Bytes recordKey;
  private final Consumer<String> onLoss;
  private final Backoff backoff;
  private long verified;
  private long awaitedRecord;
  private int loads;
  private final ExpiringFlag polling;
  private final ExpiringFlag verifying;

  /**
   * @param onLoss called without the lock, with the reason, when everything has to be loaded again
   */
  LossDetector(CommitContext context, Consumer<String> onLoss) {
    this.context = context;
    this.progress = context.progress;
    this.recordKey = context.namespace.toStore(ReservedKeys.COMMIT_RECORD);
    this.onLoss = onLoss;
    this.backoff = Backoff.ofRequests(context.scheduler);
    this.polling = new ExpiringFlag(context.scheduler::nanoTime);
    this.verifying = new ExpiringFlag(context.scheduler::nanoTime);
  }

  /**
   * Looks for commits of other nodes. To be called from time to time: otherwise a node that sends
   * nothing would not notice that its watch has fallen silent, or has lost a revision.
   */
  void poll() {
    if (!polling.isSet()) {
      read(0, polling);
    }
  }

  /** Whether no batch up to an applied revision was lost on the way here. */
  boolean hasSeenAllUpTo(long revision) {
    return progress.record() >= revision || verified >= revision;
  }

  /** Finds out about an applied revision, unless that is in progress. */
  void verify(long revision) {
    if (!verifying.isSet() && progress.record() >= awaitedRecord) {
      read(revision, verifying);
    }
  }

  private void read(long revision, ExpiringFlag reading) {
    if (progress.isLossKnown()) {
      return;
    }
    reading.set();
    int since = loads;
    long sentAt = context.scheduler.nanoTime();
    context.calls.send(
        () -> context.store.range(new RangeRequest(KeyRange.single(recordKey), 0, 1)),
        (page, failure) -> {
          if (page == null) {
            context.outcomes.storeFailed(StoreException.of(failure));
            context.runLater(backoff.next(), reading::clear);
          } else {
            reading.clear();
            backoff.reset();
            recordRead(page, revision, since, sentAt);
          }
        });
  }

  /** The store has shown the commit record as it was after an applied revision. */
  private void recordRead(RangePage page, long revision, int since, long sentAt) {
    if (since != loads) {
      return; // it may be of another history
    }
    long record = page.entries().isEmpty() ? 0 : page.entries().get(0).modRevision();
    context.staleness.answered(sentAt, record, progress.record());
    if (progress.record() >= record) {
      verified = Math.max(verified, revision);
    } else if (progress.hasApplied(record)) {
      lost("the commit record at revision " + record + " was not delivered");
    } else {
      awaitedRecord = record;
      progress.know(record);
    }
  }

  /** The state here is provably not the store's: nothing is sent until it is loaded again. */
  void lost(String reason) {
    if (!progress.isLossKnown()) {
      progress.setLossKnown(true);
      context.lock.afterUnlock(() -> onLoss.accept(reason));
    }
  }

  /** Everything was loaded again, perhaps of another history with other revisions. */
  void loaded() {
    progress.setLossKnown(false);
    loads++;
    verified = 0;
    awaitedRecord = 0;
  }
}
