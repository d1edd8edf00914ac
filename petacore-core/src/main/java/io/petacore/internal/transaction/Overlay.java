package io.petacore.internal.transaction;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.internal.commit.batch.Write;
import io.petacore.internal.mvcc.Order;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Merges sorted entries with sorted writes, which replace the entries of the same keys. */
final class Overlay implements Iterator<Entry> {

  private final Iterator<Entry> below;
  private final Iterator<Write> above;
  private final Order order;
  private @Nullable Entry entry;
  private @Nullable Write write;
  private @Nullable Entry next;

  Overlay(Iterator<Entry> below, Iterator<Write> above, Order order) {
    this.below = below;
    this.above = above;
    this.order = order;
    advanceBelow();
    advanceAbove();
  }

  private void advanceBelow() {
    entry = below.hasNext() ? below.next() : null;
  }

  private void advanceAbove() {
    write = above.hasNext() ? above.next() : null;
  }

  @Override
  public boolean hasNext() {
    while (next == null && (entry != null || write != null)) {
      step();
    }
    return next != null;
  }

  /** Takes the entry or the write with the first key; of the same key, the write. */
  private void step() {
    Entry lower = entry;
    Write upper = write;
    if (upper == null || (lower != null && order.compare(lower.key(), upper.key()) < 0)) {
      next = lower;
      advanceBelow();
      return;
    }
    if (lower != null && lower.key().equals(upper.key())) {
      advanceBelow();
    }
    Bytes value = upper.value();
    next = value == null ? null : new Entry(upper.key(), value);
    advanceAbove();
  }

  @Override
  public Entry next() {
    if (!hasNext() || next == null) {
      throw new NoSuchElementException();
    }
    Entry result = next;
    next = null;
    return result;
  }
}
