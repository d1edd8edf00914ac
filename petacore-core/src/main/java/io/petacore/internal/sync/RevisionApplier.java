package io.petacore.internal.sync;

import io.petacore.clock.HybridLogicalClock;
import io.petacore.data.Bytes;
import io.petacore.internal.format.CommitRecord;
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
 * Turns revisions of the store into revisions of the cache and gives each its version: {@code
 * max(HLC in its commit record, previous version + 1)}. So versions rise with revisions on every
 * node, whatever the clocks do.
 *
 * <p>It also watches over the sequence. Every request of PetaCore writes the commit record, so the
 * store's own count of writes to that key rises by exactly one from one record to the next; a jump
 * means that the watch left revisions out.
 *
 * <p>Its callers serialize their calls.
 */
final class RevisionApplier {

  private static final Logger log = LoggerFactory.getLogger(RevisionApplier.class);

  private static final long UNKNOWN = Long.MAX_VALUE;

  /** The watch left out something that had been there. */
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
  private final long settlingNanos;
  private final RevisionListener listener;
  private RecordPosition record = RecordPosition.NONE;
  private final Map<Bytes, Bookkeeping> bookkeeping = new HashMap<>();
  private Trace newest = Trace.NONE;
  private long newestDeletion; // of a key that is data; 0 if none was seen since the last load

  /**
   * No node has given the applied revision a version above this; so a commit whose timestamp is
   * above it gets that timestamp for its version on every node. {@link #UNKNOWN} until a timestamp
   * was seen to reckon from.
   */
  private long exactAbove;

  /**
   * @param settling by how much a commit's timestamp must exceed the loaded record's to be above
   *     every version that another node can have given out by then
   * @param listener told of everything that is published
   */
  RevisionApplier(
      MvccCache cache,
      HybridLogicalClock clock,
      KeyClassifier classifier,
      SyncCounters counters,
      Duration settling,
      RevisionListener listener) {
    this.cache = cache;
    this.clock = clock;
    this.classifier = classifier;
    this.counters = counters;
    this.settlingNanos = settling.toNanos();
    this.listener = listener;
  }

  /** The commit record as it stands at the applied revision. */
  RecordPosition record() {
    return record;
  }

  /** The sessions' fences and the lock as they stand there. */
  Map<Bytes, Bookkeeping> bookkeeping() {
    return bookkeeping;
  }

  /**
   * Keys, as the store has them, that show whether it has lost what was changed since the commit
   * record was written last: the one that the newest revision changed, and the newest that is
   * present, after which there were only deletions. None where PetaCore has changed the newest.
   */
  List<Bytes> newestForeign() {
    if (newest.revision() <= record.modRevision() || classifier.isReserved(newest.key())) {
      return List.of();
    }
    Bytes present = StateComparison.newestKey(cache, record.modRevision());
    Bytes stored = present == null ? newest.key() : classifier.toStore(present);
    return stored.equals(newest.key()) ? List.of(stored) : List.of(newest.key(), stored);
  }

  private void note(Bookkeeping changed) {
    if (changed.value() == null) {
      bookkeeping.remove(changed.key());
    } else {
      bookkeeping.put(changed.key(), changed);
    }
  }

  /**
   * Whether a state loaded anew is a later one of the history that is known.
   *
   * <p>Where the store has forgotten the applied revision, that it might be is not enough: a
   * restored cluster in which every key was written since contradicts nothing. The proof is the
   * newest write that is still in the state here, found unchanged: the store's history then holds
   * its revision, and so all before it; and nothing was changed after it. Where it was overwritten
   * since, or the newest change was a deletion, nothing proves it, and the history counts as
   * another one.
   */
  History history(LoadedState state, StateComparison present, Continuity continuity) {
    if (continuity == Continuity.BROKEN || contradicts(state, present)) {
      return History.ANOTHER;
    }
    if (continuity == Continuity.PROVED || isProved(state, present)) {
      return History.SAME;
    }
    log.warn(
        "the store has forgotten the applied revision, and of what was written last nothing is left:"
            + " taking its history for another one, as after a restore from a backup");
    return History.UNPROVED;
  }

  private boolean isProved(LoadedState state, StateComparison present) {
    if (present.hasAnotherPast()) {
      return false;
    }
    long newest = Math.max(record.modRevision(), present.newestWrite());
    for (Bookkeeping kept : bookkeeping.values()) {
      newest = Math.max(newest, kept.modRevision());
    }
    if (newest < newestDeletion) {
      return false; // a deletion leaves nothing that would prove its revision
    }
    return newest == 0 || isUnchanged(newest, state, present);
  }

  private boolean isUnchanged(long newest, LoadedState state, StateComparison present) {
    return (record.modRevision() == newest && state.record().equals(record))
        || state.bookkeeping().stream()
            .anyMatch(
                kept -> kept.modRevision() == newest && kept.equals(bookkeeping.get(kept.key())))
        || present.newestShared() == newest;
  }

  /** Whether a key of the cache stands in the store, at the applied revision, as it stands here. */
  boolean holds(Bytes storeKey, @Nullable KeyValue stored) {
    Bytes value = stored == null ? null : stored.value();
    Change there = classifier.toChange(storeKey, value, stored == null ? 0 : stored.modRevision());
    return there == null || StateComparison.agrees(cache, there);
  }

  private boolean contradicts(LoadedState state, StateComparison present) {
    RecordPosition found = state.record();
    return state.revision() < cache.applied().revision()
        || (found.modRevision() != 0 && found.modRevision() < record.modRevision())
        || (found.modRevision() == record.modRevision() && !found.equals(record))
        || state.bookkeeping().stream().anyMatch(this::isBefore)
        || present.contradicts();
  }

  /** Whether a key has a lower mod revision than it had: they only rise. */
  private boolean isBefore(Bookkeeping found) {
    Bookkeeping known = bookkeeping.get(found.key());
    return known != null && found.modRevision() < known.modRevision();
  }

  /** The first state, whose keys are in the cache. */
  void begin(LoadedState state) {
    stand(state);
    CommitRecord commit = read(record.value());
    long timestamp = Math.max(1, timestamp(commit));
    exactAbove = bound(commit, timestamp);
    cache.endLoad(state.revision(), timestamp);
    listener.loaded(cache.applied(), commits(commit, state.bookkeeping()), History.SAME);
  }

  /**
   * A state loaded anew, as one revision on top of what is there.
   *
   * @param present its keys
   * @param history whether the store's revisions are still those of before
   */
  void resync(LoadedState state, StateComparison present, History history) {
    List<Change> difference = present.difference(state.revision());
    stand(state);
    CommitRecord commit = read(record.value());
    long timestamp = nextTimestamp(commit);
    exactAbove = bound(commit, timestamp);
    cache.jump(difference, state.revision(), timestamp, history != History.SAME);
    listener.loaded(cache.applied(), commits(commit, state.bookkeeping()), history);
    log.info("loaded again at revision {}: {} keys differed", state.revision(), difference.size());
  }

  private void stand(LoadedState state) {
    record = state.record();
    newest = state.newest();
    newestDeletion = 0;
    bookkeeping.clear();
    state.bookkeeping().forEach(this::note);
  }

  /** What follows from a loaded state for the versions that other nodes may have given to it. */
  private long bound(@Nullable CommitRecord commit, long timestamp) {
    boolean unknown = timestamp(commit) == 0 && record.value() != null;
    return unknown ? UNKNOWN : timestamp + settlingNanos;
  }

  /** Applies a revision; nothing if it has been applied. */
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
        commit = read(event.value());
        newest = newest.or(event, revision);
        continue;
      }
      Bytes own = classifier.bookkeeping(event.key());
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
    cache.applyAndKeep(changes, revision, nextTimestamp(commit));
    if (timestamp(commit) > exactAbove) {
      cache.beginExact();
    } else if (exactAbove != UNKNOWN) {
      exactAbove++; // where another node was at the bound, it has counted up by one
    } else if (timestamp(commit) != 0) {
      exactAbove = timestamp(commit) + settlingNanos;
    }
    kept.forEach(this::note);
    listener.applied(cache.applied(), commits(commit, kept));
    cache.freeHistory();
  }

  private RevisionListener.Commits commits(@Nullable CommitRecord commit, List<Bookkeeping> kept) {
    return new RevisionListener.Commits(record.modRevision(), commit, kept);
  }

  private void advanceRecord(Event event, long revision) throws MissingRevisionException {
    Bytes value = event.value();
    if (value == null) {
      log.warn("the commit record was deleted by somebody at revision {}", revision);
      record = RecordPosition.NONE;
      return;
    }
    if (event.putCount() != record.putCount() + 1) {
      throw new MissingRevisionException(
          "write "
              + event.putCount()
              + " of the commit record, at revision "
              + revision
              + ", came after write "
              + record.putCount()
              + ", at revision "
              + record.modRevision());
    }
    record = new RecordPosition(revision, event.putCount(), value);
  }

  private long nextTimestamp(@Nullable CommitRecord commit) {
    return Math.max(timestamp(commit), cache.applied().timestamp() + 1);
  }

  private static long timestamp(@Nullable CommitRecord commit) {
    return commit == null ? CommitRecord.NO_TIMESTAMP : commit.timestamp();
  }

  /** The commit record that bytes stand for; null if there are none, or they are malformed. */
  private @Nullable CommitRecord read(@Nullable Bytes stored) {
    if (stored == null) {
      return null;
    }
    CommitRecord commit = CommitRecord.decode(stored);
    if (commit == null) {
      SyncCounters.countAndWarn(
          counters.malformedRecords, log, "taking a malformed commit record for none: {}", stored);
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
