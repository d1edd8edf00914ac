package io.petacore.testing;

import java.util.Random;
import java.util.stream.LongStream;

/**
 * The seeds of a randomized test: fresh ones, or with {@code -Dpetacore.seed=N} that one alone, to
 * see again what has failed.
 */
public final class Seeds {

  private static final Long GIVEN = Long.getLong("petacore.seed");

  private Seeds() {}

  /** So many, or the one that is given. */
  public static LongStream fresh(int count) {
    return GIVEN == null ? new Random().longs(count) : LongStream.of(GIVEN);
  }

  /** One. */
  public static long one() {
    return fresh(1).findFirst().orElseThrow();
  }

  /** For the message of a failure. */
  public static String replay(long seed) {
    return "; to see it again: -Dpetacore.seed=" + seed;
  }
}
