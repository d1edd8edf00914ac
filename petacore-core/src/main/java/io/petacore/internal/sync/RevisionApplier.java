package io.petacore.internal.sync;

import io.petacore.clock.HybridLogicalClock;
import io.petacore.data.Bytes;
import io.petacore.internal.format.CommitRecord;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.Change;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.mvcc.RevisionListener;
import io.petacore.internal.mvcc.RevisionListener.Bookkeeping;
import io.petacore.internal.mvcc.RevisionListener.History;
import io.petacore.internal.mvcc.StateComparison;
import io.petacore.store.Event;
import io.petacore.store.KeyValue;
import io.petacore.store.RevisionEvents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies revisions of the store to the cache and assigns each a timestamp: {@code max(timestamp in
 * its commit record, previous timestamp + 1)}. Timestamps therefore rise with revisions on every
 * node, whatever the clocks do.
 *
 * <p>It also detects missed revisions. Every request of PetaCore writes the commit record, so the
 * put count of that key rises by exactly one from one record to the next; a larger step means that
 * the watch skipped revisions.
 *
 * <p>Not thread-safe: the Synchronizer guards it by its lock.
 */
final class RevisionApplier {

  private static final Logger log = LoggerFactory.getLogger(RevisionApplier.class);

  private static final long UNKNOWN = Long.MAX_VALUE;

  /** The watch skipped revisions. */
  static final class MissingRevisionException extends Exception {
    private static final long serialVersionUID = 1L;

    MissingRevisionException(String message) {
      super(message);
    }
  }

  private final MvccCache cache;
  private final HybridLogicalClock clock;
  private final KeyClassifier classifier;
  private final SyncCounters counters;
  private final long marginNanos;
  private final RevisionListener listener;
  private CommitRecordState record = CommitRecordState.NONE;
  private final Map<Bytes, Bookkeeping> bookkeeping = new HashMap<>();
  private LatestChange newest = LatestChange.NONE;
  private long
      newestDeletion; // the revision that last deleted a data key; 0 if none since the load

  /**
   * An upper bound on the timestamp that any node has given to the applied revision. A commit with
   * a timestamp above it therefore has that timestamp on every node. {@link #UNKNOWN} until a
   * commit with a timestamp was seen.
   */
  private long agreedAbove;

  /**
   * @param agreementMargin the time by which a commit's timestamp must exceed that of the loaded
   *     record to be above every timestamp that another node can have assigned by then
   * @param listener receives every published state
   */
  RevisionApplier(
      MvccCache cache,
      HybridLogicalClock clock,
      KeyClassifier classifier,
      SyncCounters counters,
      Duration agreementMargin,
      RevisionListener listener) {
    this.cache = cache;
    this.clock = clock;
    this.classifier = classifier;
    this.counters = counters;
    this.marginNanos = agreementMargin.toNanos();
    this.listener = listener;
  }

  /** The commit record at the applied revision. */
  CommitRecordState record() {
    return record;
  }

  /** The session fences and the exclusive commit lock at the applied revision, by key. */
  Map<Bytes, Bookkeeping> bookkeeping() {
    return bookkeeping;
  }

  /**
   * Returns keys of the store that reveal whether it lost foreign writes that followed the last
   * commit: the key that the newest revision changed and, if it was deleted, the most recently
   * written key that is present. Empty if PetaCore wrote the newest revision.
   */
  List<Bytes> newestForeignKeys() {
    if (newest.revision() <= record.modRevision() || classifier.isReserved(newest.key())) {
      return List.of();
    }
    Bytes present = StateComparison.newestKey(cache, record.modRevision());
    Bytes stored = present == null ? newest.key() : classifier.toStore(present);
    return stored.equals(newest.key()) ? List.of(stored) : List.of(newest.key(), stored);
  }

  private void update(Bookkeeping changed) {
    if (changed.value() == null) {
      bookkeeping.remove(changed.key());
    } else {
      bookkeeping.put(changed.key(), changed);
    }
  }

  /**
   * Decides whether a loaded state continues the known history.
   *
   * <p>If the store has compacted the applied revision, the absence of a contradiction is not
   * enough: a restored cluster in which every key was written since contradicts nothing. The proof
   * is that the newest write present in the cache is unchanged in the store: the store's history
   * then contains its revision and all before it, and this node applied nothing after it. If that
   * key was overwritten since, or the newest change was a deletion, there is no proof, and the
   * history counts as another one.
   */
  History history(LoadedState state, StateComparison present, Continuity continuity) {
    if (continuity == Continuity.BROKEN || contradicts(state, present)) {
      return History.ANOTHER;
    }
    if (continuity == Continuity.PROVED || isProved(state, present)) {
      return History.SAME;
    }
    log.warn(
        "the applied revision is compacted and the newest write is no longer in the store: treating"
            + " its history as another one, as after a restore from a backup");
    return History.UNPROVED;
  }

  private boolean isProved(LoadedState state, StateComparison present) {
    if (present.hasDiverged()) {
      return false;
    }
    long newest = Math.max(record.modRevision(), present.newestModRevision());
    for (Bookkeeping kept : bookkeeping.values()) {
      newest = Math.max(newest, kept.modRevision());
    }
    if (newest < newestDeletion) {
      return false; // a deletion leaves no key that could prove its revision
    }
    return newest == 0 || isUnchanged(newest, state, present);
  }

  private boolean isUnchanged(long newest, LoadedState state, StateComparison present) {
    return (record.modRevision() == newest && state.record().equals(record))
        || state.bookkeeping().stream()
            .anyMatch(
                kept -> kept.modRevision() == newest && kept.equals(bookkeeping.get(kept.key())))
        || present.newestUnchanged() == newest;
  }

  /**
   * Whether the cache and the store agree on a key at the applied revision.
   *
   * @param stored null if the key is absent in the store
   */
  boolean agrees(Bytes storeKey, @Nullable KeyValue stored) {
    Bytes value = stored == null ? null : stored.value();
    Change change = classifier.toChange(storeKey, value, stored == null ? 0 : stored.modRevision());
    return change == null || StateComparison.agrees(cache, change);
  }

  private boolean contradicts(LoadedState state, StateComparison present) {
    CommitRecordState found = state.record();
    return state.revision() < cache.applied().revision()
        || (found.modRevision() != 0 && found.modRevision() < record.modRevision())
        || (found.modRevision() == record.modRevision() && !found.equals(record))
        || state.bookkeeping().stream().anyMatch(this::isOlder)
        || present.contradicts();
  }

  /** Whether a bookkeeping key has a lower mod revision than before, which only rise. */
  private boolean isOlder(Bookkeeping found) {
    Bookkeeping known = bookkeeping.get(found.key());
    return known != null && found.modRevision() < known.modRevision();
  }

  /** Completes the initial load, whose keys are in the cache. */
  void begin(LoadedState state) {
    adopt(state);
    CommitRecord commit = decode(record.value());
    long timestamp = Math.max(1, timestamp(commit));
    agreedAbove = agreedBound(commit, timestamp);
    cache.endLoad(state.revision(), timestamp);
    listener.loadSent(state.sentAt());
    listener.loaded(cache.applied(), commits(commit, state.bookkeeping()), History.SAME);
  }

  /**
   * Applies a loaded state as one revision.
   *
   * @param present the comparison with its keys
   * @param history whether the state continues the history applied before
   * @return the number of keys that differed
   */
  int resync(LoadedState state, StateComparison present, History history) {
    List<Change> difference = present.difference(state.revision());
    adopt(state);
    CommitRecord commit = decode(record.value());
    long timestamp = nextTimestamp(commit);
    agreedAbove = agreedBound(commit, timestamp);
    AppliedState before = cache.applied();
    cache.jump(difference, state.revision(), timestamp, history != History.SAME);
    listener.loadSent(state.sentAt());
    listener.published(difference, before, cache.applied(), true);
    listener.loaded(cache.applied(), commits(commit, state.bookkeeping()), history);
    cache.freeHistory();
    log.info("resync at revision {}: {} keys differed", state.revision(), difference.size());
    return difference.size();
  }

  private void adopt(LoadedState state) {
    record = state.record();
    newest = state.newest();
    newestDeletion = 0;
    bookkeeping.clear();
    state.bookkeeping().forEach(this::update);
  }

  /** Returns the bound on the timestamps that other nodes may have given to a loaded state. */
  private long agreedBound(@Nullable CommitRecord commit, long timestamp) {
    boolean unknown = timestamp(commit) == 0 && record.value() != null;
    return unknown ? UNKNOWN : timestamp + marginNanos;
  }

  /**
   * Applies a revision; does nothing if it is applied already.
   *
   * @throws MissingRevisionException if a revision before it is missing
   */
  void apply(RevisionEvents events) throws MissingRevisionException {
    long revision = events.revision();
    if (revision <= cache.applied().revision()) {
      return;
    }
    List<Change> changes = new ArrayList<>(events.events().size());
    List<Bookkeeping> kept = List.of();
    CommitRecord commit = null;
    for (Event event : events.events()) {
      if (classifier.isCommitRecord(event.key())) {
        advanceRecord(event, revision);
        commit = decode(event.value());
        newest = newest.or(event, revision);
        continue;
      }
      Bytes own = classifier.bookkeepingKey(event.key());
      if (own != null) {
        kept = new ArrayList<>(kept);
        Bytes value = event.value();
        kept.add(new Bookkeeping(own, value == null ? 0 : revision, value, event.lease() != 0));
        newest = newest.or(event, revision);
        continue;
      }
      Change change = classifier.toChange(event.key(), event.value(), revision);
      if (change != null) {
        changes.add(change);
        newestDeletion = change.value() == null ? revision : newestDeletion;
        newest = newest.or(event, revision);
      }
    }
    AppliedState before = cache.applied();
    cache.applyAndKeep(changes, revision, nextTimestamp(commit));
    listener.published(changes, before, cache.applied(), false);
    if (timestamp(commit) > agreedAbove) {
      cache.beginAgreed();
    } else if (agreedAbove != UNKNOWN) {
      agreedAbove++; // a node that was at the bound has assigned the next timestamp
    } else if (timestamp(commit) != 0) {
      agreedAbove = timestamp(commit) + marginNanos;
    }
    kept.forEach(this::update);
    listener.applied(cache.applied(), commits(commit, kept));
    cache.freeHistory();
  }

  private RevisionListener.Commits commits(@Nullable CommitRecord commit, List<Bookkeeping> kept) {
    return new RevisionListener.Commits(record.modRevision(), commit, kept);
  }

  private void advanceRecord(Event event, long revision) throws MissingRevisionException {
    Bytes value = event.value();
    if (value == null) {
      log.warn("the commit record was deleted by another program at revision {}", revision);
      record = CommitRecordState.NONE;
      return;
    }
    if (event.putCount() != record.putCount() + 1) {
      throw new MissingRevisionException(
          "put "
              + event.putCount()
              + " of the commit record, at revision "
              + revision
              + ", follows put "
              + record.putCount()
              + ", at revision "
              + record.modRevision());
    }
    record = new CommitRecordState(revision, event.putCount(), value);
  }

  private long nextTimestamp(@Nullable CommitRecord commit) {
    return Math.max(timestamp(commit), cache.applied().timestamp() + 1);
  }

  private static long timestamp(@Nullable CommitRecord commit) {
    return commit == null ? CommitRecord.NO_TIMESTAMP : commit.timestamp();
  }

  /** Decodes a commit record; null if there is none or it is malformed. */
  private @Nullable CommitRecord decode(@Nullable Bytes stored) {
    if (stored == null) {
      return null;
    }
    CommitRecord commit = CommitRecord.decode(stored);
    if (commit == null) {
      SyncCounters.countAndWarn(
          counters.malformedRecords, log, "ignoring a malformed commit record: {}", stored);
    } else if (!commit.hasTimestamp()) {
      SyncCounters.countAndWarn(
          counters.malformedRecords,
          log,
          "the commit record of session {} has no timestamp between 1970 and 2200: its clock is"
              + " wrong",
          commit.session());
    } else if (!clock.receive(commit.timestamp())) {
      SyncCounters.countAndWarn(
          counters.clocksRefused,
          log,
          "the clock of session {} is too far ahead of this node's",
          commit.session());
    }
    return commit;
  }
}
