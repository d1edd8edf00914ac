package io.petacore.internal.sync;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.store.KeyValue;
import io.petacore.store.RangePage;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The consecutive ranges of the page requests of a load, which together cover the whole range.
 *
 * <p>For every page, etcd counts all remaining keys of the requested range. If the store counts,
 * requests are therefore limited to the keys that share a prefix: the common prefix of the latter
 * half of a page, if many more keys follow. Then come the keys with the next prefix of the same
 * length. If a prefix has few keys, the prefix length is reduced by one byte, then by two, by four
 * and so on, so that sparse long keys cost few requests.
 *
 * <p>The first request covers the whole range, which is therefore counted once: without knowing the
 * keys, no narrower range is known to be small. A range that the store fails to read in time is
 * split into the keys that share one more byte; parts that fail are split in the same way.
 *
 * <p>Not thread-safe.
 */
final class PageRanges {

  /** A prefix has few keys if they fill less than this fraction of a page: 1/4. */
  private static final int FEW_DIVISOR = 4;

  private final KeyRange whole;
  private KeyRange next;
  private int prefixLength;
  private final Deque<KeyRange> splitRanges = new ArrayDeque<>(); // each within the one below it
  private long prefixEntries; // the number of entries read with the current prefix
  private int reduction = 1; // the number of bytes by which the prefix is shortened next

  PageRanges(KeyRange whole) {
    this.whole = whole;
    this.next = whole;
    this.prefixLength = minPrefixLength();
  }

  /** The range of the next page request. */
  KeyRange next() {
    return next;
  }

  /**
   * Advances past a page.
   *
   * @param page the page; not empty if more entries follow
   * @param limit the maximum number of entries that was requested
   * @return whether there is another page
   */
  boolean advance(RangePage page, int limit) {
    List<KeyValue> entries = page.entries();
    prefixEntries += entries.size();
    if (page.more()) {
      Bytes last = entries.get(entries.size() - 1).key();
      next = next.startingAt(last.successor());
      if (page.beyond() > entries.size()) {
        restrictToPrefix(entries.subList(entries.size() / 2, entries.size()));
      }
      return true;
    }
    Bytes end = next.to();
    if (end == null || end.equals(whole.to())) {
      return false;
    }
    while (!splitRanges.isEmpty() && endsAtOrBefore(splitRanges.element(), end)) {
      splitRanges.remove();
    }
    if (prefixEntries < limit / FEW_DIVISOR) {
      prefixLength = Math.max(minPrefixLength(), prefixLength - reduction);
      reduction *= 2;
    } else {
      reduction = 1;
    }
    prefixEntries = 0;
    next = range(end, end);
    return true;
  }

  /** Narrows the next request, since the store failed to read its range in time. */
  void narrow() {
    if (prefixLength == minPrefixLength()) {
      splitRanges.push(next); // no prefix of its keys is known
    }
    prefixLength++;
    reduction = 1;
    Bytes from = next.from();
    int missing = Math.max(0, prefixLength - from.length());
    next = range(from, from.concat(Bytes.wrap(new byte[missing])));
  }

  private int minPrefixLength() {
    return whole.from().length() + splitRanges.size();
  }

  private static boolean endsAtOrBefore(KeyRange range, Bytes key) {
    Bytes end = range.to();
    return end != null && end.compareTo(key) <= 0;
  }

  private void restrictToPrefix(List<KeyValue> half) {
    if (half.size() == 1) {
      return; // a single key has no common prefix with others
    }
    Bytes last = half.get(half.size() - 1).key();
    int common = half.get(0).key().commonPrefixLength(last);
    if (common > prefixLength) {
      prefixLength = common;
      reduction = 1;
      next = range(next.from(), last);
    }
  }

  /** Returns the range from a key to the end of the prefix of another one. */
  private KeyRange range(Bytes from, Bytes key) {
    Bytes prefix = key.prefixOf(Math.min(prefixLength, key.length()));
    return within(from, KeyRange.prefix(prefix).to());
  }

  private KeyRange within(Bytes from, @Nullable Bytes to) {
    Bytes end = whole.to();
    if (to == null || (end != null && to.compareTo(end) > 0)) {
      return whole.startingAt(from);
    }
    return KeyRange.closedOpen(from, to);
  }
}
