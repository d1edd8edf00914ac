package io.petacore.internal.feed;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.subscription.Change;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the ranges that contain a key among many: an immutable interval tree. A treap in the order
 * of the ranges' lower bounds, in which each node knows the greatest upper bound below it; so a
 * lookup among n ranges takes O(log n) steps for each range found, and adding or removing one
 * copies O(log n) nodes. The dispatcher reads a tree while others make the next.
 */
final class RangeIndex {

  /** The subscriptions on one range. */
  static final class Group {
    private final KeyRange range;
    private final FeedSubscription[] members;

    /** What the revision being distributed changes in the range. Guarded by the publications. */
    @Nullable List<Change> collected;

    private Group(KeyRange range, FeedSubscription... members) {
      this.range = range;
      this.members = members;
    }

    FeedSubscription[] members() {
      return members;
    }

    private Group with(FeedSubscription added) {
      FeedSubscription[] more = Arrays.copyOf(members, members.length + 1);
      more[members.length] = added;
      return new Group(range, more);
    }

    private Group without(FeedSubscription removed) {
      return new Group(
          range,
          Arrays.stream(members)
              .filter(member -> member != removed)
              .toArray(FeedSubscription[]::new));
    }
  }

  private static final class Node {
    private final Group group;
    private final int priority;
    private final @Nullable Node left;
    private final @Nullable Node right;
    private final @Nullable Bytes end; // the greatest upper bound in this tree; null if unbounded

    Node(Group group, int priority, @Nullable Node left, @Nullable Node right) {
      this.group = group;
      this.priority = priority;
      this.left = left;
      this.right = right;
      Bytes greatest = group.range.to();
      greatest = left == null ? greatest : greater(greatest, left.end);
      this.end = right == null ? greatest : greater(greatest, right.end);
    }

    Node with(@Nullable Node newLeft, @Nullable Node newRight) {
      return new Node(group, priority, newLeft, newRight);
    }
  }

  static final RangeIndex EMPTY = new RangeIndex(null, 1);

  private final @Nullable Node root;
  private final int random; // the state of a xorshift generator: the next priority

  private final Bytes lowest; // the lowest lower bound

  private RangeIndex(@Nullable Node root, int random) {
    this.root = root;
    this.random = random;
    this.lowest = lowest(root);
  }

  boolean isEmpty() {
    return root == null;
  }

  /** Whether a key is between the bounds of all ranges: if not, no range contains it. */
  boolean mayContain(Bytes key) {
    Node top = root;
    return top != null && isBelow(key, top.end) && key.compareTo(lowest) >= 0;
  }

  /** The height of the tree, for tests. */
  int depth() {
    return depth(root);
  }

  private static int depth(@Nullable Node node) {
    return node == null ? 0 : 1 + Math.max(depth(node.left), depth(node.right));
  }

  private static Bytes lowest(@Nullable Node root) {
    if (root == null) {
      return Bytes.EMPTY;
    }
    Node first = root;
    for (Node left = first.left; left != null; left = first.left) {
      first = left;
    }
    return first.group.range.from();
  }

  RangeIndex with(FeedSubscription added) {
    int next = random;
    next ^= next << 13;
    next ^= next >>> 17;
    next ^= next << 5;
    return new RangeIndex(insert(root, added, next), next);
  }

  RangeIndex without(FeedSubscription removed) {
    return new RangeIndex(remove(root, removed), random);
  }

  /** Adds the groups whose range contains a key to a list, in the order of their lower bounds. */
  void find(Bytes key, List<Group> found) {
    find(root, key, found);
  }

  private static void find(@Nullable Node node, Bytes key, List<Group> found) {
    Node at = node;
    while (at != null && isBelow(key, at.end)) {
      find(at.left, key, found);
      KeyRange range = at.group.range;
      if (range.from().compareTo(key) > 0) {
        return;
      }
      if (isBelow(key, range.to())) {
        found.add(at.group);
      }
      at = at.right;
    }
  }

  private static boolean isBelow(Bytes key, @Nullable Bytes end) {
    return end == null || key.compareTo(end) < 0;
  }

  private static @Nullable Bytes greater(@Nullable Bytes one, @Nullable Bytes other) {
    return one == null || other == null ? null : one.compareTo(other) < 0 ? other : one;
  }

  private static int compare(KeyRange one, KeyRange other) {
    int order = one.from().compareTo(other.from());
    if (order != 0) {
      return order;
    }
    Bytes end = one.to();
    Bytes otherEnd = other.to();
    if (end == null || otherEnd == null) {
      return (end == null ? 1 : 0) - (otherEnd == null ? 1 : 0);
    }
    return end.compareTo(otherEnd);
  }

  private static Node insert(@Nullable Node node, FeedSubscription added, int priority) {
    if (node == null) {
      return new Node(new Group(added.range(), added), priority, null, null);
    }
    int order = compare(added.range(), node.group.range);
    if (order == 0) {
      return new Node(node.group.with(added), node.priority, node.left, node.right);
    }
    if (order < 0) {
      Node left = insert(node.left, added, priority);
      return left.priority <= node.priority
          ? node.with(left, node.right)
          : left.with(left.left, node.with(left.right, node.right));
    }
    Node right = insert(node.right, added, priority);
    return right.priority <= node.priority
        ? node.with(node.left, right)
        : right.with(node.with(node.left, right.left), right.right);
  }

  private static @Nullable Node remove(@Nullable Node node, FeedSubscription removed) {
    if (node == null) {
      return null;
    }
    int order = compare(removed.range(), node.group.range);
    if (order < 0) {
      return node.with(remove(node.left, removed), node.right);
    }
    if (order > 0) {
      return node.with(node.left, remove(node.right, removed));
    }
    Group rest = node.group.without(removed);
    return rest.members.length == 0
        ? join(node.left, node.right)
        : new Node(rest, node.priority, node.left, node.right);
  }

  private static @Nullable Node join(@Nullable Node left, @Nullable Node right) {
    if (left == null || right == null) {
      return left == null ? right : left;
    }
    return left.priority >= right.priority
        ? left.with(left.left, join(left.right, right))
        : right.with(join(left, right.left), right.right);
  }
}
