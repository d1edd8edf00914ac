package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.PetaCoreException;
import io.petacore.error.StorageClosedException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.format.ReservedKeys;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The key space in memory: every key with its versions, as far back as the history reaches.
 *
 * <p><b>One writer.</b> The Synchronizer, which serializes its calls; methods of the writer say so.
 * Any number of readers, who take no lock and wait for nobody.
 *
 * <p><b>Half a revision is never seen.</b> The writer links every version of a revision first, each
 * with a timestamp above everything published; then it publishes the revision with one volatile
 * write of {@link #applied}. A reader takes {@code applied} first and passes over whatever has a
 * higher timestamp. What it may see was linked before the write that it read, so it is there.
 *
 * <p><b>Two indexes</b> lead to the same versions: a hash index for single keys, a tree in unsigned
 * byte order for scans. A version enters both before its revision is published, and a key leaves
 * both when only a tombstone is left that every reader at or above the horizon sees as absence. A
 * key created anew after that gets a new chain; a reader still holding the old one is older than
 * the creation.
 *
 * <p>Delete fences are kept here as keys of their own, so that a commit check reads key and fence
 * at the same published revision. Scans leave reserved keys out.
 */
public final class MvccCache {

  /** Makes the cache of a storage. */
  @FunctionalInterface
  public interface Maker {
    /** As {@link MvccCache#MvccCache(Duration, long, LongSupplier)}. */
    MvccCache make(Duration retention, long maxHistoryBytes, LongSupplier nanoTime);
  }

  /**
   * What the first state's versions are numbered by: it is read before the number of its revision
   * is known, and nobody can ask for anything older.
   */
  private static final long LOADED = 1;

  final HashIndex byHash = new HashIndex();
  final OrderedIndex inOrder = new OrderedIndex();
  final History history;
  private final long retentionNanos;
  private final LongChains longChains;

  private final LongSupplier nanoTime;
  private final AppliedWaiters waiters = new AppliedWaiters();
  private final AgreedTimestamps exact = new AgreedTimestamps();

  private volatile AppliedState applied;
  private volatile boolean closed;
  private volatile long jumpedTo; // written by the writer, before that state is published
  private long presentKeys; // writer only; readers see it in what is published
  private long newestBytes; // writer only; what keys and their newest versions take
  private volatile MemoryUsage memoryUsage = MemoryUsage.NOTHING; // written by the writer

  /**
   * A cache whose history is bounded by time alone.
   *
   * @param retention how long superseded versions are kept at least
   * @param nanoTime monotonic time
   */
  public MvccCache(Duration retention, LongSupplier nanoTime) {
    this(retention, Long.MAX_VALUE, nanoTime);
  }

  /**
   * @param retention how long superseded versions are kept
   * @param maxHistoryBytes how much they and the log of revisions may take; beyond it the oldest
   *     are freed before their time
   * @param nanoTime monotonic time
   */
  public MvccCache(Duration retention, long maxHistoryBytes, LongSupplier nanoTime) {
    this(retention, new History(maxHistoryBytes), LongChains.DEFAULT, nanoTime);
  }

  MvccCache(Duration retention, History history, LongChains longChains, LongSupplier nanoTime) {
    this.history = history;
    this.longChains = longChains;
    this.retentionNanos = retention.toNanos();
    this.nanoTime = nanoTime;
    this.applied = new AppliedState(0, 0, 0, nanoTime.getAsLong());
  }

  /** How far the cache has come. */
  public AppliedState applied() {
    return applied;
  }

  /** How much is held. */
  public MemoryUsage memoryUsage() {
    return memoryUsage;
  }

  /** The oldest timestamp that can be answered for. */
  public long horizon() {
    return history.horizon();
  }

  /**
   * Whether revisions between a timestamp and the newest state were not seen one by one: a key may
   * have come and gone there and have left no version.
   */
  public boolean hasJumpedSince(long timestamp) {
    return jumpedTo > timestamp;
  }

  /**
   * Completes when a revision is applied, with what was published first at or above it. Completed
   * by the writer: what is chained must neither block nor run application code. Fails only with
   * {@link #abandonWaiters} and {@link #closeWaiters}. Whoever waits no longer cancels it, or it is
   * kept until the revision comes.
   */
  public CompletableFuture<AppliedState> whenApplied(long revision) {
    return waiters.await(revision, this::applied);
  }

  /**
   * The version of a key that is visible at a timestamp: perhaps a tombstone; null if the key never
   * was, or its tombstone is gone.
   *
   * @throws TransactionTooOldException if the timestamp is behind the horizon
   */
  public @Nullable Version find(Bytes key, long timestamp) {
    Version newest = byHash.get(key);
    Version found = newest == null ? null : newest.visibleAt(timestamp);
    requireKept(timestamp);
    return found;
  }

  /** The value of a key at the newest applied revision; null if it is absent. */
  public @Nullable Bytes newest(Bytes key) {
    while (true) {
      long timestamp = applied.timestamp();
      Version newest = byHash.get(key);
      Version found = newest == null ? null : newest.visibleAt(timestamp);
      if (found != null) {
        return found.value(); // right at any time: links are cut behind what can be found only
      }
      if (timestamp >= history.horizon()) {
        return null;
      }
      requireOpen();
      // Behind the horizon since this thread slept for longer than the retention: look again.
    }
  }

  /**
   * The entries of a range at a timestamp, in order. Lazy; each step may throw {@link
   * TransactionTooOldException}.
   */
  public Iterator<Entry> scan(KeyRange range, Order order, long timestamp) {
    return scanOf(range, order, timestamp);
  }

  /**
   * How many keys of a range are present at a timestamp.
   *
   * @throws TransactionTooOldException if the timestamp is behind the horizon
   */
  public long count(KeyRange range, long timestamp) {
    return scanOf(range, Order.ASCENDING, timestamp).countRest();
  }

  private RangeScan scanOf(KeyRange range, Order order, long timestamp) {
    return new RangeScan(this, inOrder.scan(ReservedKeys.visible(range), order), timestamp);
  }

  /**
   * Throws if a timestamp is behind the horizon. To be asked <em>after</em> what was to be found
   * was found.
   *
   * @throws TransactionTooOldException if it is
   */
  public void requireKept(long timestamp) {
    if (timestamp < history.horizon()) {
      requireOpen();
      throw new TransactionTooOldException(
          "the snapshot at version "
              + timestamp
              + " is no longer kept: superseded versions are kept for "
              + Duration.ofNanos(retentionNanos)
              + " within the bound of maxHistoryBytes; keep the work shorter, raise these, or hold"
              + " a Snapshot");
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new StorageClosedException("the storage was closed");
    }
  }

  /**
   * Writer, for the last time: lets everything go. With the horizon beyond all numbers whatever is
   * not found any more is no answer, so that reads need not ask whether the cache is open before
   * they look.
   */
  public void close() {
    closed = true;
    history.beginAt(Long.MAX_VALUE);
    byHash.clear();
    inOrder.clear();
    inOrder.publish();
    history.clear();
  }

  /**
   * The state that was the newest at a version number of the past. Told only where the answer is
   * final, and the same on every node that gives one.
   *
   * @throws TransactionTooOldException if it can't be told, with the reason
   */
  public AppliedState exactlyAt(long timestamp) {
    AppliedState now = applied;
    AppliedState state = history.newestAt(timestamp);
    String reason;
    if (timestamp >= now.timestamp()) {
      reason = "no revision above it has been applied yet; the newest is " + now.timestamp();
    } else if (state == null || timestamp < history.horizon()) {
      reason = "it is no longer kept";
    } else if (!exact.contains(timestamp)) {
      reason = "this node did not follow the revisions around it one by one";
    } else {
      return state;
    }
    throw TransactionTooOldException.ofPast(
        "the state at version " + timestamp + " can't be told: " + reason);
  }

  /**
   * Returns the state at a revision of the store's current history.
   *
   * @throws TransactionTooOldException if the revision has not been applied, is no longer kept, or
   *     was not applied by itself
   */
  public AppliedState atRevision(long revision) {
    long newest = applied.revision();
    @Nullable AppliedState[] around = history.around(revision);
    AppliedState state = around[0];
    AppliedState next = around[1];
    String reason;
    if (revision > newest) {
      reason = "it has not been applied yet; the newest is " + newest;
    } else if (state == null || state.timestamp() < history.horizon()) {
      reason = "it is no longer kept";
    } else if (state.revision() != revision
        && (next == null || !exact.containsBoth(state.timestamp(), next.timestamp()))) {
      reason = "this node did not follow the revisions around it one by one";
    } else {
      return state;
    }
    requireOpen();
    throw TransactionTooOldException.ofPast(
        "the state at revision " + revision + " is not available: " + reason);
  }

  /** Writer: from the applied revision on, version numbers are those of all nodes. */
  public void beginExact() {
    if (!exact.isOpen()) {
      exact.begin(applied.timestamp(), history.horizon());
    }
  }

  /**
   * Keeps everything from a timestamp on until {@link #unpin}. Takes a lock, shortly.
   *
   * @return false if the timestamp is behind the horizon already
   * @throws StorageClosedException if the cache is closed, where every timestamp is
   */
  public boolean pin(long timestamp) {
    boolean pinned = history.pin(timestamp);
    if (!pinned) {
      requireOpen();
    }
    return pinned;
  }

  /** Ends one pin of a timestamp. */
  public void unpin(long timestamp) {
    history.unpin(timestamp);
  }

  /** Writer: begins with the first state, anew where it had begun; nobody sees it yet. */
  public void beginLoad() {
    byHash.clear();
    inOrder.clear();
    presentKeys = 0;
    newestBytes = 0;
  }

  /** Writer: makes room for so many more keys. */
  public void expect(long keys) {
    byHash.makeRoom(keys);
  }

  /** Writer: a key of the first state, which has no other change to it. */
  public void load(Change change) {
    countPresence(change.key(), null, change.value());
    linkFirst(change, LOADED);
  }

  /** Writer: the first state is whole, and is published. */
  public void endLoad(long revision, long timestamp) {
    history.beginAt(timestamp);
    publish(revision, timestamp, nanoTime.getAsLong());
    takeStock();
  }

  /** Writer: the first state, all at once. */
  public void load(Collection<Change> state, long revision, long timestamp) {
    beginLoad();
    state.forEach(this::load);
    endLoad(revision, timestamp);
  }

  /**
   * Writer: applies a revision, whole, and frees history in step. Of several changes to one key the
   * last wins.
   *
   * @param timestamp above that of every revision before
   */
  public void apply(List<Change> changes, long revision, long timestamp) {
    applyAndKeep(changes, revision, timestamp);
    freeHistory();
  }

  /**
   * Writer: applies a revision as {@link #apply}, but frees nothing: whoever is told of it before
   * {@link #freeHistory} finds all that it wrote, tombstones too, however little history may take.
   */
  public void applyAndKeep(List<Change> changes, long revision, long timestamp) {
    apply(changes, revision, timestamp, false);
  }

  /**
   * Writer: applies the difference to a state that was loaded, as one revision. What came and went
   * in between is not known.
   *
   * @param anotherHistory whether what was read before is of a world that is lost: from here on it
   *     can neither be read nor be committed upon
   */
  public void jump(List<Change> difference, long revision, long timestamp, boolean anotherHistory) {
    exact.interrupt(applied.timestamp());
    jumpedTo = timestamp;
    apply(difference, revision, timestamp, anotherHistory);
    freeHistory();
  }

  private void apply(List<Change> changes, long revision, long timestamp, boolean anew) {
    if (timestamp <= applied.timestamp()) {
      throw new IllegalStateException(
          "version " + timestamp + " is not above the applied one, " + applied.timestamp());
    }
    long now = nanoTime.getAsLong();
    link(changes, timestamp, now);
    if (anew) {
      history.beginAt(timestamp); // before the new state can be seen, and checked against
    }
    publish(revision, timestamp, now);
    takeStock();
  }

  private void publish(long revision, long timestamp, long now) {
    inOrder.publish();
    AppliedState next = new AppliedState(revision, timestamp, presentKeys, now);
    history.published(next);
    // The commit point of this node: from here on the revision is visible, all of it.
    applied = next;
    waiters.complete(next);
  }

  /** Fails everyone who waits for a revision that will not come, on another history. */
  public void abandonWaiters(PetaCoreException cause) {
    waiters.abandon(cause);
  }

  /** Fails everyone who waits for a revision, now and later: none will be applied any more. */
  public void closeWaiters(PetaCoreException cause) {
    waiters.close(cause);
  }

  /** How many wait for a revision. */
  int countWaiters() {
    return waiters.count();
  }

  private void link(List<Change> changes, long timestamp, long now) {
    for (int i = 0; i < changes.size(); i++) {
      if (i % HashIndex.AHEAD == 0) {
        byHash.readAhead(changes, i);
      }
      link(changes.get(i), timestamp, now);
    }
  }

  private void link(Change change, long timestamp, long now) {
    Bytes key = change.key();
    Version head = byHash.get(key);
    countPresence(key, head, change.value());
    if (head == null) {
      linkFirst(change, timestamp);
      return;
    }
    VersionChain chain = head.chain();
    int before = chain.held();
    Version next = head.next(change.value(), timestamp, change.modRevision(), longChains);
    chain.link(next);
    byHash.replace(head, next);
    newestBytes += chain.held() - before;
    if (head.timestamp() == timestamp) {
      history.replaced(next, now);
    } else {
      history.superseded(before, next, now);
    }
  }

  private void linkFirst(Change change, long timestamp) {
    if (change.value() == null) {
      return;
    }
    Version first = Version.first(change.key(), change.value(), timestamp, change.modRevision());
    first.chain().link(first);
    byHash.add(first);
    inOrder.add(first.chain());
    newestBytes += MemoryUsage.ofKey(first.key()) + MemoryUsage.ofVersion(first);
  }

  private void countPresence(Bytes key, @Nullable Version before, @Nullable Bytes after) {
    if (ReservedKeys.isReserved(key)) {
      return;
    }
    boolean wasPresent = before != null && !before.isTombstone();
    long difference = (after == null ? 0L : 1L) - (wasPresent ? 1L : 0L);
    presentKeys += difference;
  }

  /** Writer: frees what has been kept for long enough; cheap when there is nothing. */
  public void freeHistory() {
    freeHistory(nanoTime.getAsLong());
  }

  private void freeHistory(long now) {
    for (Version tombstone : history.free(now - retentionNanos)) {
      byHash.remove(tombstone);
      inOrder.remove(tombstone.key());
      newestBytes -= MemoryUsage.ofKey(tombstone.key()) + MemoryUsage.ofVersion(tombstone);
    }
    inOrder.publish();
    takeStock();
  }

  private void takeStock() {
    memoryUsage =
        new MemoryUsage(
            byHash.size() + history.versions(), newestBytes + history.bytes(), history.bytes());
  }

  /** How many keys each index leads to, those included that only a tombstone is left of. */
  record IndexSizes(int byHash, int inOrder) {}

  IndexSizes indexSizes() {
    return new IndexSizes(byHash.size(), inOrder.size());
  }
}
