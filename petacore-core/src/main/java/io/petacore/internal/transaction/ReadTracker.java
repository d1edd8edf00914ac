package io.petacore.internal.transaction;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.internal.commit.batch.CommitCheck;
import io.petacore.internal.commit.batch.ReadSet;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.mvcc.Order;
import io.petacore.internal.mvcc.SecondaryIndex;
import io.petacore.internal.mvcc.Version;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what a transaction reads, below its own writes, for the check of its commit. Used by one
 * thread at a time.
 */
final class ReadTracker {

  private final AppliedState since;
  private final Map<Bytes, Long> keys = new LinkedHashMap<>();
  private final List<TrackedScan> scans = new ArrayList<>();
  private final Set<ReadSet.IndexRead> indexes = new LinkedHashSet<>();
  private int entries;
  private long bytes;

  /**
   * @param since the state that is read
   */
  ReadTracker(AppliedState since) {
    this.since = since;
  }

  /** The state that is read. */
  AppliedState since() {
    return since;
  }

  /**
   * A key was read.
   *
   * @param found its version in the state that is read; null if it has none
   */
  void readKey(Bytes key, @Nullable Version found) {
    keys.put(key, CommitCheck.modRevision(found));
  }

  /** Tracks an iteration over the entries of a range. */
  Iterator<Entry> readRange(Iterator<Entry> found, KeyRange range, Order order) {
    TrackedScan scan = new TrackedScan(found, range, order);
    scans.add(scan);
    return scan;
  }

  /** Reads a whole range, and returns the number of its entries. */
  long readAll(MvccCache cache, KeyRange range) {
    KeyRange visible = ReservedKeys.visible(range);
    Iterator<Entry> entries =
        readRange(
            cache.scan(visible, Order.ASCENDING, since.timestamp()), visible, Order.ASCENDING);
    long count = 0;
    for (; entries.hasNext(); entries.next()) {
      count++;
    }
    return count;
  }

  /** A part of an index is read. */
  void readIndex(SecondaryIndex index, KeyRange indexKeys) {
    indexes.add(new ReadSet.IndexRead(index, indexKeys));
  }

  /** Everything read so far. */
  ReadSet toReadSet() {
    Set<KeyRange> read = new LinkedHashSet<>();
    for (TrackedScan scan : scans) {
      KeyRange part = scan.read();
      if (part != null) {
        read.add(part);
      }
    }
    boolean whole =
        !indexes.isEmpty() || entries > ReadSet.MAX_ENTRIES || bytes > ReadSet.MAX_BYTES;
    return new ReadSet(since, Map.copyOf(keys), List.copyOf(read), List.copyOf(indexes), whole);
  }

  /**
   * An iteration that keeps its progress: what was returned, or shown to exist, is read; and the
   * whole range is, once it has no more.
   */
  private final class TrackedScan implements Iterator<Entry> {
    private final Iterator<Entry> found;
    private final KeyRange range;
    private final Order order;
    private @Nullable Entry next;
    private @Nullable Bytes last;
    private boolean exhausted;

    TrackedScan(Iterator<Entry> found, KeyRange range, Order order) {
      this.found = found;
      this.range = range;
      this.order = order;
    }

    @Override
    public boolean hasNext() {
      if (next == null && !exhausted) {
        exhausted = !found.hasNext();
        if (!exhausted) {
          Entry entry = found.next();
          next = entry;
          last = entry.key();
          entries++;
          bytes += entry.key().length() + entry.value().length();
        }
      }
      return next != null;
    }

    @Override
    public Entry next() {
      if (!hasNext() || next == null) {
        throw new NoSuchElementException();
      }
      Entry entry = next;
      next = null;
      return entry;
    }

    /** The part that was read; null if there is none. */
    @Nullable KeyRange read() {
      if (exhausted) {
        return isEmpty(range) ? null : range;
      }
      Bytes to = last;
      if (to == null) {
        return null;
      }
      return order == Order.ASCENDING
          ? KeyRange.closedOpen(range.from(), to.successor())
          : range.startingAt(to);
    }
  }

  private static boolean isEmpty(KeyRange range) {
    Bytes to = range.to();
    return to != null && range.from().compareTo(to) >= 0;
  }
}
