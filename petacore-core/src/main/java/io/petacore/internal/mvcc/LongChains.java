package io.petacore.internal.mvcc;

import org.jspecify.annotations.Nullable;

/**
 * Decides which chains are long, that is, whose next version is an {@link IndexedVersion}.
 *
 * <p>Chains keep no count of their versions, so that keys with few versions do not pay for one.
 * Instead, versions with selected timestamps count the versions below, up to the threshold; all
 * others follow the version below. A chain becomes long soon after it exceeds the threshold, and
 * short again when its history has been freed.
 */
final class LongChains {

  static final LongChains DEFAULT = new LongChains(32);

  private final int threshold;
  private final int mask;

  /**
   * @param threshold the number of versions below the next one from which on a chain is long; about
   *     one version in {@code threshold / 2} counts them
   */
  LongChains(int threshold) {
    this.threshold = threshold;
    this.mask = Integer.highestOneBit(Math.max(1, threshold / 2)) - 1;
  }

  /** Whether the version with a timestamp, above a given one, is to be indexed. Writer only. */
  boolean isIndexed(@Nullable Version below, long timestamp) {
    if ((mix(timestamp) & mask) != 0) {
      return below instanceof IndexedVersion;
    }
    int count = 0;
    Version version = below;
    while (version != null && count < threshold) {
      if (version instanceof IndexedVersion indexed) {
        count += indexed.index().size();
        version = indexed.index().olderThanAll();
      } else {
        count++;
        version = version.older();
      }
    }
    return count >= threshold;
  }

  /** Mixes the bits, since timestamps often are equidistant and might never match the mask. */
  private static int mix(long timestamp) {
    return (int) ((timestamp * 0x9E3779B97F4A7C15L) >>> 40);
  }
}
