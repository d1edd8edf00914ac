package io.petacore.internal.sync;

import io.petacore.store.StoreException;
import java.time.Duration;

/**
 * Decides when to give up catching up by watches and to load everything instead.
 *
 * <p>What is missing arrives by the watch in messages, each of which has to arrive whole. Where one
 * can't (it is too large, or what is on the way takes the whole memory, or the store falls silent
 * over it), the next watch is sent the same again. So progress must not depend on it: after a few
 * watches in a row that brought nothing although something was on its way, everything is loaded, in
 * pages that any memory and any link can take.
 *
 * <p>A watch has failed in that sense if it ended after it was accepted, and either a message was
 * too large, or it was silent about a revision that is known to exist, or it applied nothing of
 * what had begun to arrive. One that brought something and then ended for another reason, such as a
 * lost connection, ends the trouble; so does one that lasts.
 *
 * <p>Guarded by the Synchronizer's lock.
 */
final class CatchUp {

  /** After so many failures in a row everything is loaded. */
  static final int MAX_FAILURES = 3;

  /** A watch of which nothing arrives for so long, while a revision is missing, has failed. */
  static final Duration SILENCE_BOUND = Duration.ofSeconds(1);

  /** Whoever fails again within this time has the same trouble as before. */
  private static final Duration LASTING = Duration.ofSeconds(60);

  /** How a watch ended. */
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
   * For how long a watch may be silent: longer each time, as a store may need its time to gather
   * what is missing.
   */
  Duration silenceBound() {
    return SILENCE_BOUND.multipliedBy(1L << failures);
  }

  /**
   * A watch that had been accepted has ended.
   *
   * @return whether to load everything now
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

  /** Whether this trouble is to be told; true once for each. */
  boolean takeWarning() {
    boolean first = !warned;
    warned = true;
    return first;
  }
}
