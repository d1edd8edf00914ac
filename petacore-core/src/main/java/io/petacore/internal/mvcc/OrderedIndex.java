package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The keys in the order of unsigned bytes, each with its chain: a B+ tree of one writer and any
 * number of readers.
 *
 * <p><b>What a reader has got never changes.</b> The writer does not change a page that a reader
 * can reach, but copies it, and all above it up to the root (path copying, in Driscoll, Sarnak,
 * Sleator and Tarjan, "Making Data Structures Persistent", 1989); then one volatile write of the
 * root publishes everything since the last one. A page that was copied or made since is the
 * writer's own, and is changed in place. So a revision copies a page once, however many of its keys
 * are there, and the first load copies none.
 *
 * <p>Entries stand side by side in a page, so a scan finds the next without waiting for the one
 * before, and compares keys where it begins and where it ends, and one in each page between.
 *
 * <p>Pages are split where they are full, and joined where one has few entries and a neighbour has
 * room for them. One that is full and gets a key behind its last gives only that one away, so that
 * keys that come in order fill their pages.
 */
final class OrderedIndex {

  private volatile Page published = Page.leaf(0);
  private Page root = published; // writer only
  private long edit = 1; // writer only; what the pages are marked with that are its own
  private int size; // writer only

  /** Writer only: the leaf of the greatest keys, where it is its own and was added to last. */
  private @Nullable Page last;

  /**
   * Writer only: adds a key that is not there.
   *
   * @throws IllegalStateException if it is
   */
  void add(VersionChain chain) {
    byte[] key = BytesArray.of(chain.key());
    if (last != null && !last.isFull() && last.isBelow(key)) {
      last.insert(last.size(), key, chain); // keys that come in order need not look for their page
      size++;
      return;
    }
    Page page = root.madeBy(edit);
    if (page.isFull()) {
      page = Page.over(page, edit);
    }
    root = page;
    boolean greatest = true;
    while (!page.isLeaf()) {
      Page child = childToAddTo(page, key);
      greatest &= child == page.child(page.size() - 1);
      page = child;
    }
    last = greatest ? page : null;
    int i = page.firstAtOrAbove(key);
    if (page.hasAt(i, key)) {
      throw new IllegalStateException("it is in the ordered index already: " + chain.key());
    }
    page.insert(i, key, chain);
    size++;
  }

  /** The child that a key belongs to, with room for it, and so with room below for a split. */
  private Page childToAddTo(Page branch, byte[] key) {
    int i = branch.childOf(key);
    Page child = branch.child(i).madeBy(edit);
    branch.replace(i, child);
    if (!child.isFull()) {
      return child;
    }
    int last = child.size() - 1;
    boolean atTheEnd = Arrays.compareUnsigned(child.key(last), key) < 0;
    Page right = child.split(atTheEnd ? last : child.size() / 2);
    branch.insert(i + 1, right.key(0), right);
    return Arrays.compareUnsigned(right.key(0), key) <= 0 ? right : child;
  }

  /**
   * Writer only: removes a key that is there.
   *
   * @throws IllegalStateException if it is not
   */
  void remove(Bytes key) {
    last = null;
    root = without(BytesArray.of(key), root.madeBy(edit));
    while (!root.isLeaf() && root.size() == 1) {
      root = root.child(0);
    }
    if (root.size() == 0) {
      root = Page.leaf(edit);
    }
    size--;
  }

  private Page without(byte[] key, Page page) {
    if (page.isLeaf()) {
      int at = page.firstAtOrAbove(key);
      if (!page.hasAt(at, key)) {
        throw new IllegalStateException("it is not in the ordered index: " + Bytes.of(key));
      }
      page.remove(at);
      return page;
    }
    int i = page.childOf(key);
    Page child = without(key, page.child(i).madeBy(edit));
    page.replace(i, child);
    if (child.size() == 0) {
      page.remove(i);
    } else if (child.hasFew()) {
      join(page, i);
      join(page, i - 1);
    }
    return page;
  }

  /** Joins a child with its right neighbour, if there are both, and they fit into one page. */
  private void join(Page branch, int i) {
    if (i < 0 || i + 1 >= branch.size()) {
      return;
    }
    Page right = branch.child(i + 1);
    Page left = branch.child(i);
    if (left.canJoin(right)) {
      left = left.madeBy(edit);
      left.join(right, branch.key(i + 1));
      branch.replace(i, left);
      branch.remove(i + 1);
    }
  }

  /** Writer only: removes everything. */
  void clear() {
    last = null;
    root = Page.leaf(edit);
    size = 0;
  }

  /** Writer only: from here on readers find what it holds now. */
  void publish() {
    if (published != root) {
      published = root;
      last = null;
      edit++;
    }
  }

  /** How many keys there are. Exact for the writer. */
  int size() {
    return size;
  }

  /** Writer only: how many leaves there are. */
  int leaves() {
    return root.leaves();
  }

  /** The chains of a range, in order, as they were published last. */
  PageCursor scan(KeyRange range, Order order) {
    return new PageCursor(published, range, order);
  }
}
