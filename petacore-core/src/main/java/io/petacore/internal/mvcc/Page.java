package io.petacore.internal.mvcc;

import java.util.Arrays;

/**
 * A page of the {@link OrderedIndex}: a leaf with keys and their chains, or a branch with pages and
 * the keys that separate them.
 *
 * <p>Whatever is below child <i>i</i> of a branch is at or above its key <i>i</i>, and below key
 * <i>i</i> + 1. The first key of a branch says nothing: what is below all others is there.
 *
 * <p>Changed by the single writer alone, and only until the tree that it belongs to is published.
 */
final class Page {

  /** How many entries there may be. */
  static final int MOST = 64;

  private static final int FEW = MOST / 4;

  /** Leaves room to grow, so that a page that was joined is not split again at once. */
  private static final int MOST_JOINED = MOST - FEW;

  private final long edit;
  private final int height;
  // A collector that copies depth first, as G1, meets the items first, and by way of their chains
  // lays each key's bytes beside its version; where it meets the keys first, it lays them together.
  private final Object[] items;
  private final byte[][] keys;
  private int size;

  private Page(long edit, int height, byte[][] keys, Object[] items, int size) {
    this.edit = edit;
    this.height = height;
    this.keys = keys;
    this.items = items;
    this.size = size;
  }

  private static Page of(long edit, int height) {
    return new Page(edit, height, new byte[MOST][], new Object[MOST], 0);
  }

  /** A leaf without entries. */
  static Page leaf(long edit) {
    return of(edit, 0);
  }

  /** A branch over a page. */
  static Page over(Page child, long edit) {
    Page branch = of(edit, child.height + 1);
    branch.insert(0, child.key(0), child);
    return branch;
  }

  /** This page if an edit has made it, and so may change it; else a copy that it may. */
  Page madeBy(long owner) {
    return edit == owner ? this : new Page(owner, height, keys.clone(), items.clone(), size);
  }

  boolean isLeaf() {
    return height == 0;
  }

  /** How many branches there are above each leaf below. */
  int height() {
    return height;
  }

  /** How many leaves there are below, or 1 of a leaf. */
  int leaves() {
    int leaves = isLeaf() ? 1 : 0;
    for (int i = 0; i < size && !isLeaf(); i++) {
      leaves += child(i).leaves();
    }
    return leaves;
  }

  int size() {
    return size;
  }

  boolean isFull() {
    return size == MOST;
  }

  boolean hasFew() {
    return size < FEW;
  }

  byte[] key(int i) {
    return keys[i];
  }

  /** Of a leaf. */
  VersionChain chain(int i) {
    return (VersionChain) items[i];
  }

  /** Of a branch. */
  Page child(int i) {
    return (Page) items[i];
  }

  /** Of a leaf: the first entry at or above a key; its size if all are below. */
  int firstAtOrAbove(byte[] key) {
    return search(0, key, 0);
  }

  /** Of a leaf: whether an entry is there, and is of a key. */
  boolean hasAt(int i, byte[] key) {
    return i < size && Arrays.equals(keys[i], key);
  }

  /** Of a leaf that is not empty: whether all its keys are below another. */
  boolean isBelow(byte[] key) {
    return Arrays.compareUnsigned(keys[size - 1], key) < 0;
  }

  /** Of a branch: the child that a key is below. */
  int childOf(byte[] key) {
    return search(1, key, 1) - 1;
  }

  /** The first entry from an index on whose key compares with another one as a bound or above. */
  private int search(int from, byte[] key, int bound) {
    int low = from;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Integer.signum(Arrays.compareUnsigned(keys[middle], key)) < bound) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  void insert(int i, byte[] key, Object item) {
    System.arraycopy(keys, i, keys, i + 1, size - i);
    System.arraycopy(items, i, items, i + 1, size - i);
    keys[i] = key;
    items[i] = item;
    size++;
  }

  void replace(int i, Page child) {
    items[i] = child;
  }

  void remove(int i) {
    System.arraycopy(keys, i + 1, keys, i, size - i - 1);
    System.arraycopy(items, i + 1, items, i, size - i - 1);
    shrinkTo(size - 1);
  }

  /**
   * Moves what is from an index on to a new page.
   *
   * @return the new page
   */
  Page split(int at) {
    Page right = of(edit, height);
    right.append(this, at);
    shrinkTo(at);
    return right;
  }

  /** Whether this page and its neighbour to the right fit into one. */
  boolean canJoin(Page right) {
    return size + right.size <= MOST_JOINED;
  }

  /**
   * Takes over what a neighbour to the right holds.
   *
   * @param separator the neighbour's key in the branch above
   */
  void join(Page right, byte[] separator) {
    int first = size;
    append(right, 0);
    if (!isLeaf()) {
      keys[first] = separator; // it was the first there, whose key says nothing
    }
  }

  private void append(Page other, int from) {
    System.arraycopy(other.keys, from, keys, size, other.size - from);
    System.arraycopy(other.items, from, items, size, other.size - from);
    size += other.size - from;
  }

  private void shrinkTo(int fewer) {
    Arrays.fill(keys, fewer, size, null);
    Arrays.fill(items, fewer, size, null);
    size = fewer;
  }
}
