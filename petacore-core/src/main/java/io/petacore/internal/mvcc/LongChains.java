package io.petacore.internal.mvcc;

import org.jspecify.annotations.Nullable;

/**
 * Decides which chains are long, so that their next versions are {@link JumpingVersion}s.
 *
 * <p>A chain has no room for a count, and keys with few versions shall pay nothing. So a few
 * versions only, as their numbers have it, count how many are behind them, no further than it takes
 * to decide; those in between do as the version below. A chain becomes long soon after it has more
 * versions than the threshold, and short again when its history has been freed.
 */
final class LongChains {

  static final LongChains DEFAULT = new LongChains(32);

  private final int threshold;
  private final int mask;

  /**
   * @param threshold how many versions are behind the next one where a chain is long; one version
   *     of half as many counts them
   */
  LongChains(int threshold) {
    this.threshold = threshold;
    this.mask = Integer.highestOneBit(Math.max(1, threshold / 2)) - 1;
  }

  /** Writer only: whether the version with a timestamp, over another one, is to jump. */
  boolean jumps(@Nullable Version below, long timestamp) {
    if ((spread(timestamp) & mask) != 0) {
      return below instanceof JumpingVersion;
    }
    long behind = 0;
    for (Version version = below;
        version != null && behind < threshold;
        version = version.furthest()) {
      behind += version.reach();
    }
    return behind >= threshold;
  }

  /** Numbers often lie at equal distances; spread, they meet the mask now and then all the same. */
  private static int spread(long timestamp) {
    return (int) ((timestamp * 0x9E3779B97F4A7C15L) >>> 40);
  }
}
