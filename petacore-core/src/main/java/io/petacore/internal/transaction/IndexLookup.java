package io.petacore.internal.transaction;

import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.internal.mvcc.IndexScan;
import io.petacore.internal.mvcc.Order;
import io.petacore.transaction.IndexView;
import java.util.Iterator;
import java.util.Objects;

/** A secondary index as a view shows it. */
final class IndexLookup implements IndexView {

  /** Starts an iteration over the state that the view shows. */
  @FunctionalInterface
  interface Source {
    Iterator<Entry> entries(KeyRange indexKeys, Order order);
  }

  private final Source source;

  IndexLookup(Source source) {
    this.source = source;
  }

  @Override
  public Iterable<Entry> scan(KeyRange indexKeys) {
    Objects.requireNonNull(indexKeys, "indexKeys");
    return () -> source.entries(indexKeys, Order.ASCENDING);
  }

  @Override
  public Iterable<Entry> scanDescending(KeyRange indexKeys) {
    Objects.requireNonNull(indexKeys, "indexKeys");
    return () -> source.entries(indexKeys, Order.DESCENDING);
  }

  @Override
  public long count(KeyRange indexKeys) {
    Objects.requireNonNull(indexKeys, "indexKeys");
    Iterator<Entry> entries = source.entries(indexKeys, Order.ASCENDING);
    if (entries instanceof IndexScan stored) {
      return stored.countRest();
    }
    long count = 0;
    for (; entries.hasNext(); entries.next()) {
      count++;
    }
    return count;
  }
}
