package io.petacore.internal.commit;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.internal.concurrent.Backoff;
import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.store.KvStore;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import io.petacore.store.StoreException;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Finds out whether the watch has lost a revision of this storage, before anything is concluded
 * from not having seen it. Guarded by the pipeline's lock.
 *
 * <p>Every batch writes the commit record, and the record's put count, which rises by one with
 * each, is checked when a record is applied. So once a record at or above a revision was applied,
 * no batch up to it was lost. A fencing point writes none; so the record is read from the store
 * once the fencing point was applied: it must be one that was applied here, or one that is still to
 * come.
 */
final class LossDetector {

  private static final Duration FIRST_BACKOFF = Duration.ofMillis(20);
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(1);

  private final KvStore store;
  private final Bytes recordKey;
  private final Scheduler scheduler;
  private final CombiningLock steps;
  private final ReplicaProgress position;
  private final Outcomes outcomes;
  private final Consumer<String> onLoss;
  private final Backoff backoff;
  private long verified;
  private long awaitedRecord;
  private int loads;
  private final InProgress looking;
  private final InProgress verifying;

  /**
   * @param onLoss called, without the lock, with the reason why everything has to be loaded again
   */
  LossDetector(
      KvStore store,
      Namespace namespace,
      Scheduler scheduler,
      CommitState state,
      Consumer<String> onLoss) {
    this.store = store;
    this.recordKey = namespace.toStore(ReservedKeys.COMMIT_RECORD);
    this.scheduler = scheduler;
    this.steps = state.steps;
    this.position = state.position;
    this.outcomes = state.outcomes;
    this.onLoss = onLoss;
    this.backoff = new Backoff(FIRST_BACKOFF, MAX_BACKOFF, scheduler::chance);
    this.looking = new InProgress(scheduler::nanoTime);
    this.verifying = new InProgress(scheduler::nanoTime);
  }

  /**
   * Looks for what other nodes have committed: to be called now and then. A node that sends nothing
   * would not learn otherwise that its watch has fallen silent, or has left something out.
   */
  void look(DeferredActions effects) {
    if (!looking.isNow()) {
      read(0, looking, effects);
    }
  }

  /** Whether no request up to an applied revision was lost on the way here. */
  boolean hasSeenAllUpTo(long revision) {
    return position.record() >= revision || verified >= revision;
  }

  /** Finds out about an applied revision, unless that is under way; the step that knows goes on. */
  void verify(long revision, DeferredActions effects) {
    if (!verifying.isNow() && position.record() >= awaitedRecord) {
      read(revision, verifying, effects);
    }
  }

  private void read(long revision, InProgress reading, DeferredActions effects) {
    if (position.isLossKnown()) {
      return;
    }
    reading.begin();
    int since = loads;
    effects.send(
        () ->
            StoreCall.then(
                () -> store.range(new RangeRequest(KeyRange.single(recordKey), 0, 1)),
                (page, failure) ->
                    steps.take(
                        more -> {
                          if (page == null) {
                            outcomes.storeFailed(StoreException.of(failure));
                            scheduler.schedule(
                                backoff.next(), () -> steps.take(later -> reading.end()));
                          } else {
                            reading.end();
                            backoff.reset();
                            shown(page, revision, since, more);
                          }
                        })));
  }

  /** The store has shown the record as it was after an applied revision. */
  private void shown(RangePage page, long revision, int since, DeferredActions effects) {
    if (since != loads) {
      return; // it may be of another history
    }
    long record = page.entries().isEmpty() ? 0 : page.entries().get(0).modRevision();
    if (position.record() >= record) {
      verified = Math.max(verified, revision);
    } else if (position.hasApplied(record)) {
      lost("the commit record at revision " + record + " was not delivered", effects);
    } else {
      awaitedRecord = record;
      position.know(record);
    }
  }

  /** The state here is provably not the store's: nothing is sent until it is loaded again. */
  void lost(String reason, DeferredActions effects) {
    if (!position.isLossKnown()) {
      position.lossKnown(true);
      effects.tell(() -> onLoss.accept(reason));
    }
  }

  /** Everything was loaded again, perhaps of another history, whose revisions are others. */
  void loaded() {
    position.lossKnown(false);
    loads++;
    verified = 0;
    awaitedRecord = 0;
  }
}
