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
 * The ranges that the pages of a load are asked for, one after another, which together are the
 * whole.
 *
 * <p>etcd counts all keys that are left in the range of a page, at every page. So where a store
 * counts, a range ends soon: with the keys that share a prefix. The prefix is what the keys of the
 * latter half of a page have in common, if much more is left behind them; then come the keys with
 * the next prefix of that length. Where there are few keys to a prefix it becomes shorter: by one
 * byte, by two more, by four, so that even the longest keys that stand far apart cost a few small
 * requests only.
 *
 * <p>The first page is asked for to the end of the whole, which is counted once: where nothing is
 * known of the keys, no range that has the first of them can be told to have few. A range that the
 * store does not manage is read in parts, each with the keys that have one byte more in common; a
 * part that it does not manage likewise.
 */
final class PageRanges {

  /** A prefix has enough keys if they fill one part in so many of a page. */
  private static final int ENOUGH = 4;

  private final KeyRange whole;
  private KeyRange next;
  private int prefixLength;
  private final Deque<KeyRange> tooWide = new ArrayDeque<>(); // each within the one below it
  private long taken; // entries since a prefix was done with
  private int shorter = 1;

  PageRanges(KeyRange whole) {
    this.whole = whole;
    this.next = whole;
    this.prefixLength = leastLength();
  }

  /** What the next page is asked for. */
  KeyRange next() {
    return next;
  }

  /**
   * Goes on behind a page.
   *
   * @param limit how many entries it could have had; there are some if there are more
   * @return whether anything is left
   */
  boolean advance(RangePage page, int limit) {
    List<KeyValue> entries = page.entries();
    taken += entries.size();
    if (page.more()) {
      Bytes last = entries.get(entries.size() - 1).key();
      next = next.startingAt(last.successor());
      if (page.beyond() > entries.size()) {
        endSooner(entries.subList(entries.size() / 2, entries.size()));
      }
      return true;
    }
    Bytes end = next.to();
    if (end == null || end.equals(whole.to())) {
      return false;
    }
    while (!tooWide.isEmpty() && ends(tooWide.element(), end)) {
      tooWide.remove();
    }
    if (taken < limit / ENOUGH) {
      prefixLength = Math.max(leastLength(), prefixLength - shorter);
      shorter *= 2;
    } else {
      shorter = 1;
    }
    taken = 0;
    next = range(end, end);
    return true;
  }

  /** Has the next page end sooner, as the store does not manage the range as it is. */
  void narrow() {
    if (prefixLength == leastLength()) {
      tooWide.push(next); // as nothing is known of what is in it
    }
    prefixLength++;
    shorter = 1;
    Bytes from = next.from();
    int missing = Math.max(0, prefixLength - from.length());
    next = range(from, from.concat(Bytes.wrap(new byte[missing])));
  }

  private int leastLength() {
    return whole.from().length() + tooWide.size();
  }

  private static boolean ends(KeyRange range, Bytes before) {
    Bytes end = range.to();
    return end != null && end.compareTo(before) <= 0;
  }

  private void endSooner(List<KeyValue> half) {
    if (half.size() == 1) {
      return; // it has all of itself in common
    }
    Bytes last = half.get(half.size() - 1).key();
    int common = half.get(0).key().commonPrefixLength(last);
    if (common > prefixLength) {
      prefixLength = common;
      shorter = 1;
      next = range(next.from(), last);
    }
  }

  /** From a key to the last one that begins as the given one does. */
  private KeyRange range(Bytes from, Bytes as) {
    Bytes prefix = as.prefixOf(Math.min(prefixLength, as.length()));
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
