package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import java.util.Arrays;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Walks the chains of a range of a tree that nobody changes any more, in either order.
 *
 * <p>It holds the leaf where it is and the way down to it, and so the whole tree as it was. In each
 * leaf one key is compared, the last one on the way; only where that is beyond the range is its end
 * looked for.
 */
final class PageCursor {

  private final byte[] from;
  private final byte @Nullable [] to; // null: no end
  private final boolean ascending;
  private final Page[] branches;
  private final int[] places; // in each branch, the child that leads to the leaf
  private Page leaf;
  private int at;
  private int left; // how many entries of the leaf are still to come
  private boolean ends; // whether the range ends in the leaf

  PageCursor(Page root, KeyRange range, Order order) {
    Bytes end = range.to();
    this.from = BytesArray.of(range.from());
    this.to = end == null ? null : BytesArray.of(end);
    this.ascending = order == Order.ASCENDING;
    this.branches = new Page[root.height()];
    this.places = new int[root.height()];
    byte @Nullable [] start = ascending ? from : to;
    Page page = root;
    for (int i = 0; i < branches.length; i++) {
      branches[i] = page;
      places[i] = start == null ? page.size() - 1 : page.childOf(start);
      page = page.child(places[i]);
    }
    this.leaf = page;
    int before = start == null ? leaf.size() : leaf.firstAtOrAbove(start);
    enter(ascending ? before : before - 1);
  }

  boolean hasNext() {
    while (left == 0) {
      if (ends || !toNextLeaf()) {
        return false;
      }
    }
    return true;
  }

  VersionChain next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    VersionChain chain = leaf.chain(at);
    at += ascending ? 1 : -1;
    left--;
    return chain;
  }

  /**
   * The newest versions of the next keys of one leaf.
   *
   * @param into where to put them, from the beginning on
   * @return how many there were, at most as many as there is room for; 0 at the end of the range
   */
  int next(Version[] into) {
    if (!hasNext()) {
      return 0;
    }
    int count = Math.min(left, into.length);
    int step = ascending ? 1 : -1;
    for (int i = 0; i < count; i++) {
      into[i] = leaf.chain(at + i * step).head();
    }
    at += count * step;
    left -= count;
    return count;
  }

  /** Begins with an entry of the leaf, and finds out how many belong to the range. */
  private void enter(int first) {
    at = first;
    int inLeaf = ascending ? endInLeaf() - first : first + 1 - beginningInLeaf();
    left = Math.max(0, inLeaf);
  }

  private int endInLeaf() {
    int size = leaf.size();
    if (to == null || size == 0 || Arrays.compareUnsigned(leaf.key(size - 1), to) < 0) {
      return size;
    }
    ends = true;
    return leaf.firstAtOrAbove(to);
  }

  private int beginningInLeaf() {
    if (leaf.size() == 0 || Arrays.compareUnsigned(leaf.key(0), from) >= 0) {
      return 0;
    }
    ends = true;
    return leaf.firstAtOrAbove(from);
  }

  private boolean toNextLeaf() {
    int step = ascending ? 1 : -1;
    int i = branches.length - 1;
    while (i >= 0 && !has(branches[i], places[i] + step)) {
      i--;
    }
    if (i < 0) {
      ends = true;
      return false;
    }
    places[i] += step;
    Page page = branches[i].child(places[i]);
    while (++i < branches.length) {
      branches[i] = page;
      places[i] = ascending ? 0 : page.size() - 1;
      page = page.child(places[i]);
    }
    leaf = page;
    enter(ascending ? 0 : leaf.size() - 1);
    return true;
  }

  private static boolean has(Page branch, int child) {
    return child >= 0 && child < branch.size();
  }
}
