package io.petacore.internal.commit.batch;

/**
 * How a request nests, so that it stays within what a server accepts: at each level the number of
 * operations (or guards, or keys read instead), plus the same of the deepest level below, must not
 * exceed a limit.
 *
 * <p>A request is the commit record and a number of <em>leaves</em>: groups that hold no others.
 * Few leaves stand side by side below the request; more are gathered in containers, groups without
 * guards: 128 allowed, leaves of width 2, make 62 containers of 62 leaves.
 *
 * @param beside how many operations stand beside the leaves, or their containers
 * @param leaves how many leaves there are
 * @param width the greatest number of guards or operations of one leaf
 */
record BatchShape(int beside, int leaves, int width) {

  /** The most guards that a request itself has, and keys that it reads if they fail. */
  private static final int FRAME = 3;

  private static final int WIDEST_LEAF = 32;

  /** A request with nothing but the commit record. */
  static final BatchShape EMPTY = new BatchShape(1, 0, 0);

  /** A request with one large transaction, which may release the exclusive commit lock. */
  static final BatchShape LARGE = new BatchShape(2, 0, 0);

  /**
   * The number of operations without guards of their own in a leaf: about as many as leaves in a
   * container, and containers, so that the most fit.
   */
  static int leafWidth(int limit) {
    return Math.max(1, Math.min(WIDEST_LEAF, (limit - 1) / 3));
  }

  /** The shape with leaves of some width added. */
  BatchShape plus(int moreLeaves, int moreWidth) {
    return moreLeaves == 0
        ? this
        : new BatchShape(beside, leaves + moreLeaves, Math.max(width, moreWidth));
  }

  /** The shape with operations added that are divided into leaves. */
  BatchShape plusDivided(int operations, int limit) {
    int each = leafWidth(limit);
    return plus((operations + each - 1) / each, Math.min(each, operations));
  }

  /** Whether the leaves may stand directly below the request. */
  boolean fitsFlat(int limit) {
    return top(leaves) + width <= limit;
  }

  /** Whether the leaves fit, in containers if need be. */
  boolean fits(int limit) {
    return fitsFlat(limit) || top(containers()) + perContainer() + width <= limit;
  }

  /** The number of leaves in a container, if containers are needed: about as many as containers. */
  int perContainer() {
    return (int) Math.ceil(Math.sqrt(leaves));
  }

  /** The number of groups, containers included. */
  int groups(int limit) {
    return fitsFlat(limit) ? leaves : leaves + containers();
  }

  private int top(int groups) {
    return Math.max(FRAME, beside + groups);
  }

  private int containers() {
    int each = Math.max(1, perContainer());
    return (leaves + each - 1) / each;
  }
}
