package io.petacore.internal.transaction;

import static java.util.Objects.requireNonNull;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.internal.decoded.DecodedValues;
import io.petacore.internal.decoded.DecodingView;
import io.petacore.internal.format.Limits;
import io.petacore.internal.mvcc.IndexScan;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.mvcc.Order;
import io.petacore.internal.mvcc.SecondaryIndex;
import io.petacore.transaction.IndexView;
import org.jspecify.annotations.Nullable;

/**
 * Reads of the newest applied state: each by itself, each scan as of the moment when its iterator
 * is made. Safe for use by many threads.
 */
public final class NewestView implements DecodingView, OrderedView {

  private final MvccCache cache;
  private final DecodedValues decoded;

  /** A view of what a cache has applied, with its decoded values. */
  public NewestView(MvccCache cache, DecodedValues decoded) {
    this.cache = cache;
    this.decoded = decoded;
  }

  @Override
  public @Nullable Bytes read(Bytes key) {
    return cache.newest(Limits.requireKey(key));
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
    requireNonNull(range, "range");
    return () -> cache.scan(range, order, cache.applied().timestamp());
  }

  @Override
  public long count(KeyRange range) {
    requireNonNull(range, "range");
    return cache.count(range, cache.applied().timestamp());
  }

  @Override
  public IndexView index(String name) {
    SecondaryIndex index = cache.indexes().get(requireNonNull(name, "name"));
    return new IndexLookup(
        (indexKeys, order) ->
            new IndexScan(cache, index, indexKeys, order, cache.applied().timestamp()));
  }

  @Override
  public long revision() {
    return cache.applied().revision();
  }
}
