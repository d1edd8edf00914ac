package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import java.util.Arrays;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Iterates over the chains of a range of a published tree, in either order.
 *
 * <p>It holds its current leaf and the path to it, and thereby the whole tree as it was published.
 * In each leaf it compares only the last key on its way; the end of the range is searched for only
 * if that key lies beyond it.
 */
final class PageCursor {

  private final byte[] from;
  private final byte @Nullable [] to; // null: no end
  private final boolean ascending;
  private final Page[] branches;
  private final int[] path; // for each branch, the index of the child that leads to the leaf
  private Page leaf;
  private int at;
  private int remaining; // the number of entries of the leaf that are still to come
  private boolean ends; // whether the range ends in the leaf

  PageCursor(Page root, KeyRange range, Order order) {
    Bytes end = range.to();
    this.from = BytesArray.of(range.from());
    this.to = end == null ? null : BytesArray.of(end);
    this.ascending = order == Order.ASCENDING;
    this.branches = new Page[root.height()];
    this.path = new int[root.height()];
    byte @Nullable [] start = ascending ? from : to;
    Page page = root;
    for (int i = 0; i < branches.length; i++) {
      branches[i] = page;
      path[i] = start == null ? page.size() - 1 : page.childOf(start);
      page = page.child(path[i]);
    }
    this.leaf = page;
    int before = start == null ? leaf.size() : leaf.firstAtOrAbove(start);
    enter(ascending ? before : before - 1);
  }

  boolean hasNext() {
    while (remaining == 0) {
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
    remaining--;
    return chain;
  }

  /**
   * Returns the newest versions of the next keys, all from one leaf.
   *
   * @param into receives them from index 0 on
   * @return their number, at most the length of {@code into}; 0 at the end of the range
   */
  int next(Version[] into) {
    if (!hasNext()) {
      return 0;
    }
    int count = Math.min(remaining, into.length);
    int step = ascending ? 1 : -1;
    for (int i = 0; i < count; i++) {
      into[i] = leaf.chain(at + i * step).head();
    }
    at += count * step;
    remaining -= count;
    return count;
  }

  /** Starts at an entry of the current leaf and determines how many of its entries follow. */
  private void enter(int first) {
    at = first;
    int inLeaf = ascending ? endInLeaf() - first : first + 1 - startInLeaf();
    remaining = Math.max(0, inLeaf);
  }

  private int endInLeaf() {
    int size = leaf.size();
    if (to == null || size == 0 || Arrays.compareUnsigned(leaf.key(size - 1), to) < 0) {
      return size;
    }
    ends = true;
    return leaf.firstAtOrAbove(to);
  }

  private int startInLeaf() {
    if (leaf.size() == 0 || Arrays.compareUnsigned(leaf.key(0), from) >= 0) {
      return 0;
    }
    ends = true;
    return leaf.firstAtOrAbove(from);
  }

  private boolean toNextLeaf() {
    int step = ascending ? 1 : -1;
    int i = branches.length - 1;
    while (i >= 0 && !has(branches[i], path[i] + step)) {
      i--;
    }
    if (i < 0) {
      ends = true;
      return false;
    }
    path[i] += step;
    Page page = branches[i].child(path[i]);
    while (++i < branches.length) {
      branches[i] = page;
      path[i] = ascending ? 0 : page.size() - 1;
      page = page.child(path[i]);
    }
    leaf = page;
    enter(ascending ? 0 : leaf.size() - 1);
    return true;
  }

  private static boolean has(Page branch, int child) {
    return child >= 0 && child < branch.size();
  }
}
