package io.petacore.internal.commit;

/**
 * How a request nests, so that it stays within what a server accepts: at each level the number of
 * operations (or guards), plus the same of the deepest level below, must not exceed a limit.
 *
 * <p>A request is the commit record and a number of <em>leaves</em>: groups that hold no others.
 * Few leaves stand side by side below the request; more are gathered in containers, groups without
 * guards: 128 allowed, leaves of width 2, make 62 containers of 62 leaves.
 *
 * @param leaves how many leaves there are
 * @param width the greatest number of guards or operations of one leaf
 */
record BatchShape(int leaves, int width) {

  private static final int RECORD = 1;

  static final BatchShape EMPTY = new BatchShape(0, 0);

  /** The shape with leaves of some width added. */
  BatchShape plus(int moreLeaves, int moreWidth) {
    return moreLeaves == 0 ? this : new BatchShape(leaves + moreLeaves, Math.max(width, moreWidth));
  }

  /** Whether the leaves may stand directly below the request. */
  boolean fitsFlat(int limit) {
    return RECORD + leaves + width <= limit;
  }

  /** Whether the leaves fit, in containers if need be. */
  boolean fits(int limit) {
    return fitsFlat(limit) || RECORD + containers() + perContainer() + width <= limit;
  }

  /** How many leaves go into a container, if there have to be any: about as many as containers. */
  int perContainer() {
    return (int) Math.ceil(Math.sqrt(leaves));
  }

  private int containers() {
    int each = Math.max(1, perContainer());
    return (leaves + each - 1) / each;
  }
}
