package io.petacore.internal.mvcc;

import java.util.Arrays;

/**
 * A page of the {@link OrderedIndex}: a leaf with keys and their chains, or a branch with child
 * pages and separator keys.
 *
 * <p>All keys in child <i>i</i> of a branch are at or above separator <i>i</i> and below separator
 * <i>i</i> + 1. The first separator has no meaning: the first child holds all keys below the second
 * one.
 *
 * <p>Changed by the cache's writer only, and only until its tree is published.
 */
final class Page {

  /** The maximum number of entries. */
  static final int MAX_ENTRIES = 64;

  private static final int SPARSE = MAX_ENTRIES / 4;

  /** Leaves free entries, so that a merged page is not split again at once. */
  private static final int MAX_MERGED = MAX_ENTRIES - SPARSE;

  private final long edit;
  private final int height;
  // The order of these two fields matters to a collector that copies depth first, such as G1: by
  // following the items first it places each key's bytes next to the key's version.
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
    return new Page(edit, height, new byte[MAX_ENTRIES][], new Object[MAX_ENTRIES], 0);
  }

  /** Creates an empty leaf. */
  static Page leaf(long edit) {
    return of(edit, 0);
  }

  /** Creates a branch with a single child. */
  static Page branchOver(Page child, long edit) {
    Page branch = of(edit, child.height + 1);
    branch.insert(0, child.key(0), child);
    return branch;
  }

  /** Returns this page if the given edit created it, otherwise a copy that the edit may change. */
  Page editableBy(long owner) {
    return edit == owner ? this : new Page(owner, height, keys.clone(), items.clone(), size);
  }

  boolean isLeaf() {
    return height == 0;
  }

  /** The number of branches between this page and a leaf, this page included; 0 for a leaf. */
  int height() {
    return height;
  }

  /** The number of leaves in the subtree; 1 for a leaf. */
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
    return size == MAX_ENTRIES;
  }

  boolean isSparse() {
    return size < SPARSE;
  }

  byte[] key(int i) {
    return keys[i];
  }

  /** Returns the chain at an index of a leaf. */
  VersionChain chain(int i) {
    return (VersionChain) items[i];
  }

  /** Returns the child at an index of a branch. */
  Page child(int i) {
    return (Page) items[i];
  }

  /**
   * Returns the index of the first entry of a leaf at or above a key; its size if all are below.
   */
  int firstAtOrAbove(byte[] key) {
    return search(0, key, 0);
  }

  /** Whether the entry at an index of a leaf exists and has the given key. */
  boolean hasAt(int i, byte[] key) {
    return i < size && Arrays.equals(keys[i], key);
  }

  /** Whether all keys of a leaf, which must not be empty, are below the given one. */
  boolean isBelow(byte[] key) {
    return Arrays.compareUnsigned(keys[size - 1], key) < 0;
  }

  /** Returns the index of the child of a branch that covers a key. */
  int childOf(byte[] key) {
    return search(1, key, 1) - 1;
  }

  /**
   * Returns the first index whose key is at or above a given one ({@code bound} 0), or above it
   * ({@code bound} 1).
   */
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
    truncate(size - 1);
  }

  /**
   * Moves the entries from an index on to a new page.
   *
   * @return the new page
   */
  Page split(int at) {
    Page right = of(edit, height);
    right.append(this, at);
    truncate(at);
    return right;
  }

  /** Whether this page and its right neighbour fit into one. */
  boolean canMergeWith(Page right) {
    return size + right.size <= MAX_MERGED;
  }

  /**
   * Appends the entries of the right neighbour.
   *
   * @param separator the separator of the neighbour in the parent
   */
  void merge(Page right, byte[] separator) {
    int first = size;
    append(right, 0);
    if (!isLeaf()) {
      keys[first] = separator; // the first separator of the neighbour has no meaning
    }
  }

  private void append(Page other, int from) {
    System.arraycopy(other.keys, from, keys, size, other.size - from);
    System.arraycopy(other.items, from, items, size, other.size - from);
    size += other.size - from;
  }

  private void truncate(int newSize) {
    Arrays.fill(keys, newSize, size, null);
    Arrays.fill(items, newSize, size, null);
    size = newSize;
  }
}
