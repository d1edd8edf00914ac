package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The keys in unsigned byte order, each with its version chain: a copy-on-write B+ tree for one
 * writer and any number of readers.
 *
 * <p><b>A published tree never changes.</b> The writer copies a page that readers can reach, and
 * the pages above it up to the root, before it changes them (path copying: Driscoll, Sarnak,
 * Sleator and Tarjan, "Making Data Structures Persistent", 1989). One volatile write of the root
 * then publishes all changes since the previous one. Pages that were copied or created since are
 * changed in place, so a revision copies a page at most once, and the initial load copies none.
 *
 * <p>The entries of a page are adjacent in memory, so a scan does not follow a pointer from each
 * key to the next. It compares keys only at both ends of the range and once per page.
 *
 * <p>A full page is split; a page with few entries is merged with a neighbour if both fit into one.
 * If a key above all others is added to a full page, the split moves only the last entry, so keys
 * added in ascending order fill their pages.
 */
final class OrderedIndex {

  private volatile Page published = Page.leaf(0);
  private Page root = published; // writer only
  private long edit = 1; // writer only; marks the pages that are not published yet
  private int size; // writer only

  /** The leaf of the highest keys if it is not published and the last key was added to it. */
  private @Nullable Page last;

  /**
   * Adds a key. Writer only.
   *
   * @throws IllegalStateException if the key is present
   */
  void add(VersionChain chain) {
    byte[] key = BytesArray.of(chain.key());
    if (last != null && !last.isFull() && last.isBelow(key)) {
      last.insert(last.size(), key, chain); // keys in ascending order need no search
      size++;
      return;
    }
    Page page = root.editableBy(edit);
    if (page.isFull()) {
      page = Page.branchOver(page, edit);
    }
    root = page;
    boolean highest = true;
    while (!page.isLeaf()) {
      Page child = childForAdding(page, key);
      highest &= child == page.child(page.size() - 1);
      page = child;
    }
    last = highest ? page : null;
    int i = page.firstAtOrAbove(key);
    if (page.hasAt(i, key)) {
      throw new IllegalStateException("the ordered index already holds the key " + chain.key());
    }
    page.insert(i, key, chain);
    size++;
  }

  /** Returns the child for a key, editable and not full: it is split first if it is. */
  private Page childForAdding(Page branch, byte[] key) {
    int i = branch.childOf(key);
    Page child = branch.child(i).editableBy(edit);
    branch.replace(i, child);
    if (!child.isFull()) {
      return child;
    }
    int last = child.size() - 1;
    boolean atEnd = Arrays.compareUnsigned(child.key(last), key) < 0;
    Page right = child.split(atEnd ? last : child.size() / 2);
    branch.insert(i + 1, right.key(0), right);
    return Arrays.compareUnsigned(right.key(0), key) <= 0 ? right : child;
  }

  /**
   * Removes a key. Writer only.
   *
   * @throws IllegalStateException if the key is absent
   */
  void remove(Bytes key) {
    last = null;
    root = without(BytesArray.of(key), root.editableBy(edit));
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
        throw new IllegalStateException("the ordered index does not hold the key " + Bytes.of(key));
      }
      page.remove(at);
      return page;
    }
    int i = page.childOf(key);
    Page child = without(key, page.child(i).editableBy(edit));
    page.replace(i, child);
    if (child.size() == 0) {
      page.remove(i);
    } else if (child.isSparse()) {
      merge(page, i);
      merge(page, i - 1);
    }
    return page;
  }

  /** Merges a child with its right neighbour if both exist and fit into one page. */
  private void merge(Page branch, int i) {
    if (i < 0 || i + 1 >= branch.size()) {
      return;
    }
    Page right = branch.child(i + 1);
    Page left = branch.child(i);
    if (left.canMergeWith(right)) {
      left = left.editableBy(edit);
      left.merge(right, branch.key(i + 1));
      branch.replace(i, left);
      branch.remove(i + 1);
    }
  }

  /** Returns the chain of a key; null if the key is absent. Writer only. */
  @Nullable VersionChain find(Bytes key) {
    byte[] wanted = BytesArray.of(key);
    Page page = root;
    while (!page.isLeaf()) {
      page = page.child(page.childOf(wanted));
    }
    int i = page.firstAtOrAbove(wanted);
    return page.hasAt(i, wanted) ? page.chain(i) : null;
  }

  /** Removes all keys. Writer only. */
  void clear() {
    last = null;
    root = Page.leaf(edit);
    size = 0;
  }

  /** Makes all changes so far visible to readers. Writer only. */
  void publish() {
    if (published != root) {
      published = root;
      last = null;
      edit++;
    }
  }

  /** The number of keys. Exact for the writer only. */
  int size() {
    return size;
  }

  /** The number of leaves. Writer only. */
  int leaves() {
    return root.leaves();
  }

  /** Iterates over the chains of a range as they are now, in ascending order. Writer only. */
  PageCursor scanUnpublished(KeyRange range) {
    return new PageCursor(root, range, Order.ASCENDING);
  }

  /** Iterates over the chains of a range in the last published tree. */
  PageCursor scan(KeyRange range, Order order) {
    return new PageCursor(published, range, order);
  }
}
