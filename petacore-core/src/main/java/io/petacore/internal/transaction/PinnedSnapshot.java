package io.petacore.internal.transaction;

import static java.util.Objects.requireNonNull;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.data.Timestamp;
import io.petacore.internal.decoded.DecodedValues;
import io.petacore.internal.decoded.DecodingView;
import io.petacore.internal.format.Limits;
import io.petacore.internal.mvcc.IndexScan;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.mvcc.Order;
import io.petacore.internal.mvcc.SecondaryIndex;
import io.petacore.internal.mvcc.Version;
import io.petacore.transaction.IndexView;
import io.petacore.transaction.Snapshot;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A snapshot of one state, kept by a pin of the cache until it is closed. */
final class PinnedSnapshot implements Snapshot, DecodingView, OrderedView {

  private final MvccCache cache;
  private final DecodedValues decoded;
  private final long revision;
  private final long timestamp;
  private final OpenSnapshots.Pin pin;
  private volatile boolean closed;

  /** Takes over a pin of the cache at the timestamp. */
  PinnedSnapshot(
      MvccCache cache, DecodedValues decoded, OpenSnapshots open, long revision, long timestamp) {
    this.cache = cache;
    this.decoded = decoded;
    this.revision = revision;
    this.timestamp = timestamp;
    this.pin = open.add(this, timestamp);
  }

  @Override
  public @Nullable Bytes read(Bytes key) {
    requireOpen();
    Version found = cache.find(Limits.requireKey(key), timestamp);
    return found == null ? null : found.value();
  }

  @Override
  public @Nullable Bytes readScratch(Bytes key) {
    return read(key); // keeps no key
  }

  @Override
  public DecodedValues decodedValues() {
    return decoded;
  }

  @Override
  public Iterable<Entry> scan(KeyRange range, Order order) {
    requireOpen();
    Objects.requireNonNull(range, "range");
    return () -> {
      requireOpen();
      return cache.scan(range, order, timestamp);
    };
  }

  @Override
  public long count(KeyRange range) {
    requireOpen();
    Objects.requireNonNull(range, "range");
    return cache.count(range, timestamp);
  }

  @Override
  public IndexView index(String name) {
    requireOpen();
    SecondaryIndex index = cache.indexes().get(requireNonNull(name, "name"));
    return new IndexLookup(
        (indexKeys, order) -> {
          requireOpen();
          return new IndexScan(cache, index, indexKeys, order, timestamp);
        });
  }

  @Override
  public long revision() {
    requireOpen();
    return revision;
  }

  @Override
  public Timestamp timestamp() {
    requireOpen();
    return Timestamp.of(timestamp);
  }

  @Override
  public void close() {
    closed = true;
    pin.release();
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the snapshot was closed");
    }
  }
}
