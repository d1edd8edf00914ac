package io.petacore.internal.sync;

import io.petacore.store.StoreException;
import java.time.Duration;

/**
 * Decides when to resync instead of catching up by another watch.
 *
 * <p>A watch delivers missing revisions in messages, each of which must arrive whole. If a message
 * cannot (it is too large, memory is exhausted, or the store stalls), the next watch gets the same
 * message again. Progress must not depend on it: after a few watches in a row without progress, the
 * whole state is loaded, in pages small enough for any memory and connection.
 *
 * <p>A watch counts as failed if it ended after it was accepted and either a message was too large,
 * or it was silent while a revision was missing, or it applied no revision although bytes had
 * arrived. A watch that applied revisions and ended for another reason, such as a lost connection,
 * resets the count; so does one that lasted long.
 *
 * <p>Not thread-safe: guarded by the {@link SyncLock}.
 */
final class CatchUp {

  /** The number of failures in a row after which a resync follows. */
  static final int MAX_FAILURES = 3;

  /** A watch of which nothing arrives for so long, while a revision is missing, has failed. */
  static final Duration SILENCE_BOUND = Duration.ofSeconds(1);

  /** A watch that lasted longer resets the count of failures. */
  private static final Duration LASTING = Duration.ofSeconds(60);

  /**
   * The end of a watch.
   *
   * @param silent whether it was ended because it was silent while a revision was missing
   * @param applied whether it delivered a revision
   * @param receivedBytes the bytes received since it was accepted
   */
  record End(
      StoreException cause, boolean silent, boolean applied, long receivedBytes, Duration lasted) {
    boolean isFailure() {
      return silent
          || cause.kind() == StoreException.Kind.TOO_LARGE
          || (!applied && receivedBytes > 0);
    }
  }

  private int failures;
  private boolean warned;

  /**
   * The time for which a watch may be silent while a revision is missing. It doubles with each
   * failure, since a store may take long to collect what is missing.
   */
  Duration silenceBound() {
    return SILENCE_BOUND.multipliedBy(1L << failures);
  }

  /**
   * Records the end of a watch that had been accepted.
   *
   * @return whether to resync now
   */
  boolean ended(End end) {
    if (end.lasted().compareTo(LASTING) > 0 || (end.applied() && !end.isFailure())) {
      failures = 0;
      warned = false;
    }
    if (!end.isFailure() || ++failures < MAX_FAILURES) {
      return false;
    }
    failures = 0;
    return true;
  }

  /** Whether to log a warning; true once per series of failures. */
  boolean takeWarning() {
    boolean first = !warned;
    warned = true;
    return first;
  }
}
