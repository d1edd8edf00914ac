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
 * The key space in memory: every key with its versions, as far back as the history is kept.
 *
 * <p><b>Threads.</b> One writer, the Synchronizer, which serializes its calls; writes that overlap
 * fail an assertion. Any number of readers, which take no lock and never wait.
 *
 * <p><b>Revisions are atomic.</b> The writer first links every version of a revision, with a
 * timestamp above all published ones, and then publishes the revision with one volatile write of
 * {@link #applied}. A reader first reads {@code applied} and then ignores versions with a higher
 * timestamp. All others were linked before the write that it read, so it finds them.
 *
 * <p><b>Two indexes</b> lead to the same version chains: a hash index for point reads and a tree in
 * unsigned byte order for scans. A key enters both before its revision is published. It leaves both
 * when only a tombstone is left that every reader at or above the horizon sees. If the key is
 * created again, it gets a new chain; a reader that still holds the old one reads at a timestamp
 * below the creation.
 *
 * <p>Delete fences are kept as keys, so that a commit check reads key and fence at the same
 * published revision. Scans skip reserved keys.
 */
public final class MvccCache {

  /** Creates the cache of a storage. */
  @FunctionalInterface
  public interface Maker {
    MvccCache make(Duration retention, long maxHistoryBytes, LongSupplier nanoTime);
  }

  final HashIndex hashIndex;
  final OrderedIndex orderedIndex;
  final History history;
  private final KeyTable keys; // writer only, but for the indexes
  private final SingleWriter writer = new SingleWriter();
  private final long retentionNanos;
  private final LongSupplier nanoTime;
  private final AppliedWaiters waiters = new AppliedWaiters();
  private final AgreedTimestamps agreed = new AgreedTimestamps();
  private final PastStates pastStates;
  // Written by the writer only.
  private volatile AppliedState applied;
  private volatile boolean closed;
  private volatile long jumpedTo; // the timestamp of the last resync, set before it is published
  private volatile MemoryUsage memoryUsage = MemoryUsage.NONE;

  /**
   * A cache whose history is bounded by time only.
   *
   * @param retention the minimum time for which superseded versions are kept
   * @param nanoTime the monotonic clock, in nanoseconds
   */
  public MvccCache(Duration retention, LongSupplier nanoTime) {
    this(retention, Long.MAX_VALUE, nanoTime);
  }

  /**
   * @param retention the time for which superseded versions are kept
   * @param maxHistoryBytes the bound on superseded versions and revision log, in bytes; beyond it
   *     the oldest are freed before their time
   * @param nanoTime the monotonic clock, in nanoseconds
   */
  public MvccCache(Duration retention, long maxHistoryBytes, LongSupplier nanoTime) {
    this(retention, new History(maxHistoryBytes), LongChains.DEFAULT, nanoTime);
  }

  MvccCache(Duration retention, History history, LongChains longChains, LongSupplier nanoTime) {
    this.history = history;
    this.pastStates = new PastStates(history, agreed);
    this.keys = new KeyTable(history, longChains);
    this.hashIndex = keys.hashIndex;
    this.orderedIndex = keys.orderedIndex;
    this.retentionNanos = retention.toNanos();
    this.nanoTime = nanoTime;
    this.applied = new AppliedState(0, 0, 0, nanoTime.getAsLong());
  }

  /** The secondary indexes, whose entries are published with the keys. */
  public SecondaryIndexes indexes() {
    return keys.indexes;
  }

  /** The newest published state. */
  public AppliedState applied() {
    return applied;
  }

  /** The estimated heap footprint. */
  public MemoryUsage memoryUsage() {
    return memoryUsage;
  }

  /** The oldest timestamp that can be read. */
  public long horizon() {
    return history.horizon();
  }

  /**
   * Whether a resync was applied after a timestamp. A key may then have been created and deleted
   * since without leaving a version.
   */
  public boolean hasJumpedSince(long timestamp) {
    return jumpedTo > timestamp;
  }

  /**
   * Returns a future of the first published state at or above a revision.
   *
   * <p>The writer completes it, so dependent actions must neither block nor run application code.
   * It fails only by {@link #abandonWaiters} and {@link #closeWaiters}. A caller that no longer
   * waits must cancel it; otherwise it is retained until the revision is applied.
   */
  public CompletableFuture<AppliedState> whenApplied(long revision) {
    return waiters.await(revision, this::applied);
  }

  /**
   * Returns the version of a key that is visible at a timestamp.
   *
   * @return possibly a tombstone; null if the key has no version at or below the timestamp
   * @throws TransactionTooOldException if the timestamp is below the horizon
   */
  public @Nullable Version find(Bytes key, long timestamp) {
    Version newest = hashIndex.get(key);
    Version found = newest == null ? null : newest.visibleAt(timestamp);
    requireKept(timestamp);
    return found;
  }

  /** Returns the value of a key at the applied revision; null if the key is absent. */
  public @Nullable Bytes newest(Bytes key) {
    while (true) {
      long timestamp = applied.timestamp();
      Version newest = hashIndex.get(key);
      Version found = newest == null ? null : newest.visibleAt(timestamp);
      if (found != null) {
        return found.value(); // valid even below the horizon: only links to older versions are cut
      }
      if (timestamp >= history.horizon()) {
        return null;
      }
      requireOpen();
      // The thread was suspended for longer than the retention: read again.
    }
  }

  /**
   * Iterates lazily over the entries of a range at a timestamp, in order. Each step may throw
   * {@link TransactionTooOldException}.
   */
  public Iterator<Entry> scan(KeyRange range, Order order, long timestamp) {
    return scanOf(range, order, timestamp);
  }

  /**
   * Counts the keys of a range that are present at a timestamp.
   *
   * @throws TransactionTooOldException if the timestamp is below the horizon
   */
  public long count(KeyRange range, long timestamp) {
    return scanOf(range, Order.ASCENDING, timestamp).countRest();
  }

  /** Iterates as {@link #scan} does. */
  RangeScan scanOf(KeyRange range, Order order, long timestamp) {
    return new RangeScan(this, orderedIndex.scan(ReservedKeys.visible(range), order), timestamp);
  }

  /**
   * Checks, <em>after</em> versions have been read, that a timestamp is not below the horizon.
   *
   * @throws TransactionTooOldException if the timestamp is below the horizon
   */
  public void requireKept(long timestamp) {
    if (timestamp < history.horizon()) {
      requireOpen();
      throw new TransactionTooOldException(
          "the snapshot at timestamp "
              + timestamp
              + " is no longer kept: superseded versions are kept for "
              + Duration.ofNanos(retentionNanos)
              + " within the bound of maxHistoryBytes; shorten the transaction, raise these settings,"
              + " or hold a Snapshot");
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new StorageClosedException("the storage was closed");
    }
  }

  /**
   * Releases all memory; nothing may be written afterwards. Writer only.
   *
   * <p>The horizon moves above all timestamps, so a read that no longer finds its version fails,
   * and reads need not check first whether the cache is closed.
   */
  public void close() {
    closed = true;
    history.beginAt(Long.MAX_VALUE);
    keys.clear();
    keys.publish();
    history.clear();
  }

  /**
   * Returns the state that was the newest one at a past timestamp, if it is final and the same on
   * every node that can return it.
   *
   * @throws TransactionTooOldException if it is not, with the reason
   */
  public AppliedState exactlyAt(long timestamp) {
    return pastStates.at(timestamp, applied);
  }

  /**
   * Returns the state at a revision of the store's current history.
   *
   * @throws TransactionTooOldException if the revision has not been applied, is no longer kept, or
   *     was not applied by itself, with the reason
   */
  public AppliedState atRevision(long revision) {
    try {
      return pastStates.atRevision(revision, applied);
    } catch (TransactionTooOldException unavailable) {
      requireOpen();
      throw unavailable;
    }
  }

  /** Declares that all nodes agree on timestamps from the applied one on. Writer only. */
  public void beginAgreed() {
    if (!agreed.isOpen()) {
      agreed.begin(applied.timestamp(), history.horizon());
    }
  }

  /**
   * Keeps every version from a timestamp on until {@link #unpin}. Holds a lock briefly.
   *
   * @return false if the timestamp is below the horizon
   * @throws StorageClosedException if the cache is closed, where every timestamp is below the
   *     horizon
   */
  public boolean pin(long timestamp) {
    boolean pinned = history.pin(timestamp);
    if (!pinned) {
      requireOpen();
    }
    return pinned;
  }

  /** Removes one pin of a timestamp. */
  public void unpin(long timestamp) {
    history.unpin(timestamp);
  }

  /** Starts the initial load, or restarts it; nothing is visible to readers yet. Writer only. */
  public void beginLoad() {
    keys.clear();
  }

  /** Reserves capacity for a number of additional keys. Writer only. */
  public void expect(long additionalKeys) {
    hashIndex.ensureCapacity(additionalKeys);
  }

  /** Adds a key of the initial load, which contains each key once. Writer only. */
  public void load(Change change) {
    assert writer.enter();
    keys.load(change);
    assert writer.exit();
  }

  /** Completes the initial load and publishes it. Writer only. */
  public void endLoad(long revision, long timestamp) {
    history.beginAt(timestamp);
    publish(revision, timestamp, nanoTime.getAsLong());
    updateMemoryUsage();
  }

  /** Performs the whole initial load. Writer only. */
  public void load(Collection<Change> state, long revision, long timestamp) {
    beginLoad();
    state.forEach(this::load);
    endLoad(revision, timestamp);
  }

  /**
   * Applies a revision atomically and frees history. Writer only.
   *
   * @param changes of several changes to one key, the last one wins
   * @param timestamp above that of every earlier revision
   */
  public void apply(List<Change> changes, long revision, long timestamp) {
    applyAndKeep(changes, revision, timestamp);
    freeHistory();
  }

  /**
   * Applies a revision like {@link #apply}, but frees nothing: until {@link #freeHistory} every
   * version that it wrote can be read, tombstones included, however small the history's bound.
   * Writer only.
   */
  public void applyAndKeep(List<Change> changes, long revision, long timestamp) {
    apply(changes, revision, timestamp, false);
  }

  /**
   * Applies the difference to a loaded state as one revision, and frees nothing, like {@link
   * #applyAndKeep}. Keys created and deleted in between leave no version. Writer only.
   *
   * @param anotherHistory whether the store's history is another one than before: earlier
   *     timestamps can then neither be read nor be the snapshot of a commit
   */
  public void jump(List<Change> difference, long revision, long timestamp, boolean anotherHistory) {
    agreed.interrupt(applied.timestamp());
    jumpedTo = timestamp;
    apply(difference, revision, timestamp, anotherHistory);
  }

  private void apply(List<Change> changes, long revision, long timestamp, boolean anotherHistory) {
    if (timestamp <= applied.timestamp()) {
      throw new IllegalStateException(
          "timestamp " + timestamp + " is not above the applied one, " + applied.timestamp());
    }
    assert writer.enter();
    try {
      long now = nanoTime.getAsLong();
      keys.link(changes, timestamp, now);
      if (anotherHistory) {
        history.beginAt(timestamp); // before the new state is visible to readers and commit checks
      }
      publish(revision, timestamp, now);
      updateMemoryUsage();
    } finally {
      assert writer.exit();
    }
  }

  private void publish(long revision, long timestamp, long now) {
    keys.publish();
    AppliedState next = new AppliedState(revision, timestamp, keys.present(), now);
    history.published(next);
    // The commit point of this node: from here on all of the revision is visible.
    applied = next;
    waiters.complete(next);
  }

  /** Fails all current waiters for revisions that will not arrive on another history. */
  public void abandonWaiters(PetaCoreException cause) {
    waiters.abandon(cause);
  }

  /** Fails all current and later waiters, since no revision will be applied any more. */
  public void closeWaiters(PetaCoreException cause) {
    waiters.close(cause);
  }

  /** The number of waiters for a revision. */
  int countWaiters() {
    return waiters.count();
  }

  /** Frees history that is no longer kept; cheap if there is none. Writer only. */
  public void freeHistory() {
    assert writer.enter();
    try {
      for (Version tombstone : history.free(nanoTime.getAsLong() - retentionNanos)) {
        keys.remove(tombstone);
      }
      keys.publish();
      updateMemoryUsage();
    } finally {
      assert writer.exit();
    }
  }

  private void updateMemoryUsage() {
    memoryUsage =
        new MemoryUsage(
            keys.size() + history.versions(), keys.bytes() + history.bytes(), history.bytes());
  }
}
