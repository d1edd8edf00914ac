package io.petacore.internal.transaction;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.internal.format.Limits;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.mvcc.Order;
import io.petacore.internal.mvcc.Version;
import io.petacore.transaction.Snapshot;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One state, kept by a pin until it is closed. */
final class PinnedSnapshot implements Snapshot {

  private final MvccCache cache;
  private final Limits limits;
  private final long revision;
  private final long version;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** The pin on the version has been set; this object owns it from here on. */
  PinnedSnapshot(MvccCache cache, Limits limits, long revision, long version) {
    this.cache = cache;
    this.limits = limits;
    this.revision = revision;
    this.version = version;
  }

  @Override
  public @Nullable Bytes read(Bytes key) {
    requireOpen();
    Version found = cache.find(limits.requireKey(key), version);
    return found == null ? null : found.value();
  }

  @Override
  public Iterable<Entry> scan(KeyRange range) {
    return scan(range, Order.ASCENDING);
  }

  @Override
  public Iterable<Entry> scanDescending(KeyRange range) {
    return scan(range, Order.DESCENDING);
  }

  private Iterable<Entry> scan(KeyRange range, Order order) {
    requireOpen();
    return () -> {
      requireOpen();
      return cache.scan(range, order, version);
    };
  }

  @Override
  public long count(KeyRange range) {
    requireOpen();
    return cache.count(range, version);
  }

  @Override
  public long revision() {
    requireOpen();
    return revision;
  }

  @Override
  public long version() {
    requireOpen();
    return version;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      cache.unpin(version);
    }
  }

  private void requireOpen() {
    if (closed.get()) {
      throw new IllegalStateException("the snapshot was closed");
    }
  }
}
