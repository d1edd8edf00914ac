package io.petacore.internal.transaction;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.internal.commit.batch.Write;
import io.petacore.internal.decoded.DecodedValues;
import io.petacore.internal.decoded.DecodingView;
import io.petacore.internal.format.Limits;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.IndexScan;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.mvcc.Order;
import io.petacore.internal.mvcc.SecondaryIndex;
import io.petacore.internal.mvcc.Version;
import io.petacore.transaction.IndexView;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.Transaction;
import java.util.Iterator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A transaction as its body sees it: reads from the cache at its isolation level, its own writes on
 * top, buffered until the commit. Used by one thread at a time.
 */
final class BufferedTransaction implements Transaction, DecodingView, OrderedView {

  private final MvccCache cache;
  private final DecodedValues decoded;
  private final Limits limits;
  private final IsolationLevel isolation;
  private final AppliedState snapshot;
  private @Nullable WriteBuffer writes;
  private @Nullable ReadTracker reads; // what is to be unchanged at the commit
  private boolean scans; // whether it reads more than single keys
  private boolean ended;

  /** Begins at the newest applied state. */
  BufferedTransaction(
      MvccCache cache, DecodedValues decoded, Limits limits, IsolationLevel isolation) {
    this.cache = cache;
    this.decoded = decoded;
    this.limits = limits;
    this.isolation = isolation;
    this.snapshot = cache.applied();
  }

  @Override
  public @Nullable Bytes read(Bytes key) {
    requireOpen();
    Limits.requireKey(key);
    Write own = writes == null ? null : writes.get(key);
    if (own != null) {
      return own.value();
    }
    if (isolation == IsolationLevel.READ_COMMITTED) {
      return cache.newest(key);
    }
    Version found = cache.find(key, snapshot.timestamp());
    if (isolation == IsolationLevel.SERIALIZABLE) {
      tracker().readKey(key, found);
    }
    return found == null ? null : found.value();
  }

  private ReadTracker tracker() {
    ReadTracker tracker = reads;
    if (tracker == null) {
      tracker = new ReadTracker(current());
      reads = tracker;
    }
    return tracker;
  }

  @Override
  public @Nullable Bytes readScratch(Bytes key) {
    // Only the tracker keeps a key.
    return read(isolation == IsolationLevel.SERIALIZABLE ? Bytes.wrap(key.toByteArray()) : key);
  }

  @Override
  public DecodedValues decodedValues() {
    return decoded;
  }

  @Override
  public Iterable<Entry> scan(KeyRange range, Order order) {
    requireOpen();
    Objects.requireNonNull(range, "range");
    KeyRange visible = ReservedKeys.visible(range);
    scans = true;
    return () -> {
      requireOpen();
      Iterator<Entry> below = cache.scan(visible, order, current().timestamp());
      if (isolation == IsolationLevel.SERIALIZABLE) {
        below = tracker().readRange(below, visible, order);
      }
      return writes == null ? below : writes.over(below, visible, order);
    };
  }

  @Override
  public long count(KeyRange range) {
    requireOpen();
    Objects.requireNonNull(range, "range");
    scans = true;
    long timestamp = current().timestamp();
    long count = countBelow(range, timestamp);
    if (writes != null) {
      for (Write write : writes.in(ReservedKeys.visible(range))) {
        Version below = cache.find(write.key(), timestamp);
        boolean wasPresent = below != null && !below.isTombstone();
        count += (write.value() == null ? 0 : 1) - (wasPresent ? 1 : 0);
      }
    }
    return count;
  }

  private long countBelow(KeyRange range, long timestamp) {
    return isolation == IsolationLevel.SERIALIZABLE
        ? tracker().readAll(cache, range)
        : cache.count(range, timestamp);
  }

  @Override
  public Transaction requireUnchanged(Bytes key) {
    requireOpen();
    Limits.requireKey(key);
    ReadTracker tracker = tracker();
    tracker.readKey(key, cache.find(key, tracker.since().timestamp()));
    return this;
  }

  @Override
  public Transaction requireUnchanged(KeyRange range) {
    requireOpen();
    Objects.requireNonNull(range, "range");
    scans = true;
    tracker().readAll(cache, range);
    return this;
  }

  @Override
  public IndexView index(String name) {
    requireOpen();
    SecondaryIndex index = cache.indexes().get(Objects.requireNonNull(name, "name"));
    scans = true;
    return new IndexLookup(
        (indexKeys, order) -> {
          requireOpen();
          if (isolation == IsolationLevel.SERIALIZABLE) {
            tracker().readIndex(index, indexKeys);
          }
          var below = new IndexScan(cache, index, indexKeys, order, current().timestamp());
          return writes == null ? below : writes.over(below, index, indexKeys, order);
        });
  }

  @Override
  public long revision() {
    requireOpen();
    return current().revision();
  }

  /** The state that a read sees now. */
  AppliedState current() {
    return isolation == IsolationLevel.READ_COMMITTED ? cache.applied() : snapshot;
  }

  @Override
  public Transaction write(Bytes key, Bytes value) {
    requireOpen();
    return buffer(WriteBuffer.valid(this, limits, key, value));
  }

  @Override
  public Transaction delete(Bytes key) {
    requireOpen();
    return buffer(new Write(Limits.requireKey(key), null));
  }

  @Override
  public Transaction delete(KeyRange range) {
    requireOpen();
    for (Entry entry : scan(range)) {
      buffer(new Write(entry.key(), null));
    }
    return this;
  }

  private Transaction buffer(Write write) {
    if (writes == null) {
      writes = new WriteBuffer();
    }
    writes.put(write);
    return this;
  }

  @Override
  public IsolationLevel isolation() {
    return isolation;
  }

  /** Ends the transaction: later calls throw {@link IllegalStateException}. Idempotent. */
  void end() {
    ended = true;
  }

  /**
   * Whether there is nothing to commit or check. What was read at one state holds at that state;
   * only what a Read Committed transaction wants unchanged may have changed meanwhile.
   */
  boolean isReadOnly() {
    return writes == null && (reads == null || isolation != IsolationLevel.READ_COMMITTED);
  }

  /** What it has read and wants unchanged; null if nothing. */
  @Nullable ReadTracker reads() {
    return reads;
  }

  @Nullable WriteBuffer buffer() {
    return writes;
  }

  AppliedState snapshot() {
    return snapshot;
  }

  /** Whether it has read more than single keys, or was about to. */
  boolean hasScanned() {
    return scans;
  }

  /** The writes to be committed. */
  PendingWrites pending() {
    return new PendingWrites(isolation, snapshot, writes, reads, scans);
  }

  void requireOpen() {
    if (ended) {
      throw new IllegalStateException("the transaction has ended");
    }
  }
}
