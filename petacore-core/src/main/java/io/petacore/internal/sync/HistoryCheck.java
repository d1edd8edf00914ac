package io.petacore.internal.sync;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.internal.mvcc.RevisionListener.Bookkeeping;
import io.petacore.store.KeyValue;
import io.petacore.store.KvStore;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import io.petacore.store.StoreException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Checks whether the store is still on the history that is applied here, and was not restored from
 * a backup, after which revisions denote other states.
 *
 * <p>Reads the reserved keys at the applied revision: commit record, session fences and exclusive
 * commit lock must be those applied here, and the store must have reached every revision that it
 * confirmed before. Foreign writes after the last commit leave no trace in reserved keys, so the
 * most recently written foreign keys are compared as well.
 */
final class HistoryCheck {

  private final KvStore store;
  private final Namespace namespace;
  private final KeyClassifier classifier;
  private final SyncLock lock;
  private final SyncSteps steps;

  HistoryCheck(
      KvStore store,
      Namespace namespace,
      KeyClassifier classifier,
      SyncLock lock,
      SyncSteps steps) {
    this.store = store;
    this.namespace = namespace;
    this.classifier = classifier;
    this.lock = lock;
    this.steps = steps;
  }

  /**
   * Starts a check. One of the callbacks is called, on the scheduler.
   *
   * @param revision the applied revision
   * @param confirmed a revision that the store is known to have had
   * @param onResult receives {@link Continuity#PROVED} or {@link Continuity#BROKEN}
   * @param onFailure receives the failure if the store cannot be read
   */
  void start(
      long revision,
      long confirmed,
      Consumer<Continuity> onResult,
      Consumer<StoreException> onFailure) {
    steps.after(
        store.bulkRange(new RangeRequest(reservedKeys(), revision, 0), arriving -> {}),
        page -> {
          if (page.revision() >= confirmed && isAsApplied(page)) {
            List<Bytes> foreign = lock.locked(state -> state.applier().newestForeignKeys());
            checkForeign(foreign.iterator(), revision, onResult, onFailure);
          } else {
            onResult.accept(Continuity.BROKEN);
          }
        },
        onFailure);
  }

  /** The commit record, delete fences, session fences and the exclusive commit lock. */
  private KeyRange reservedKeys() {
    return KeyRange.closedOpen(
        namespace.toStore(ReservedKeys.COMMIT_RECORD),
        namespace.toStore(ReservedKeys.EXCLUSIVE_LOCK.successor()));
  }

  private boolean isAsApplied(RangePage page) {
    CommitRecordState record = CommitRecordState.NONE;
    Map<Bytes, Bookkeeping> bookkeeping = new HashMap<>();
    for (KeyValue stored : page.entries()) {
      Bytes key = classifier.bookkeepingKey(stored.key());
      if (classifier.isCommitRecord(stored.key())) {
        record = CommitRecordState.of(stored);
      } else if (key != null) {
        bookkeeping.put(key, classifier.bookkeeping(key, stored));
      }
    }
    CommitRecordState found = record;
    return lock.locked(
        state ->
            found.equals(state.applier().record())
                && bookkeeping.equals(state.applier().bookkeeping()));
  }

  private void checkForeign(
      Iterator<Bytes> keys,
      long revision,
      Consumer<Continuity> onResult,
      Consumer<StoreException> onFailure) {
    if (!keys.hasNext()) {
      onResult.accept(Continuity.PROVED);
      return;
    }
    Bytes key = keys.next();
    steps.after(
        store.bulkRange(new RangeRequest(KeyRange.single(key), revision, 1), arriving -> {}),
        page -> {
          if (isAsApplied(key, page)) {
            checkForeign(keys, revision, onResult, onFailure);
          } else {
            onResult.accept(Continuity.BROKEN);
          }
        },
        onFailure);
  }

  private boolean isAsApplied(Bytes key, RangePage page) {
    KeyValue stored = page.entries().isEmpty() ? null : page.entries().get(0);
    return lock.locked(state -> state.applier().agrees(key, stored));
  }
}
