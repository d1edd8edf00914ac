package io.petacore.simulation;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.simulation.Claim.Attempt;
import io.petacore.transaction.IsolationLevel;
import java.util.Set;
import java.util.TreeSet;

/**
 * Judges that what a Serializable transaction has read was still so when it was applied: a key that
 * was present had not changed, one that was absent was absent, and no key had joined a range. What
 * the same request has changed of it, for another transaction, counts as well.
 */
final class ReadJudge {

  private final Violations violations;

  ReadJudge(Violations violations) {
    this.violations = violations;
  }

  /** Judges an attempt that was applied at a revision. */
  void judge(Attempt attempt, long revision, TrueHistory history) {
    if (attempt.claim.level != IsolationLevel.SERIALIZABLE) {
      return;
    }
    for (Bytes key : read(attempt, history)) {
      if (isChanged(key, attempt, revision, history)) {
        violations.add(
            attempt.appliedAt(revision)
                + ", although "
                + key
                + ", which it had read, was not as it was");
      }
    }
  }

  /** Whether anything that an attempt has read was changed since, or may have been. */
  static boolean mayHaveChanged(Attempt attempt, TrueHistory history) {
    return attempt.claim.level == IsolationLevel.SERIALIZABLE
        && read(attempt, history).stream()
            .anyMatch(key -> history.changeBetween(key, attempt.snapshot, Long.MAX_VALUE) != 0);
  }

  private static Set<Bytes> read(Attempt attempt, TrueHistory history) {
    Set<Bytes> read = new TreeSet<>(attempt.reads);
    for (Bytes key : history.keys()) {
      for (KeyRange range : attempt.ranges) {
        if (range.contains(key)) {
          read.add(key);
        }
      }
    }
    return read;
  }

  private static boolean isChanged(Bytes key, Attempt attempt, long revision, TrueHistory history) {
    boolean beside =
        !attempt.writes.containsKey(key)
            && history.changeBetween(key, revision - 1, revision + 1) != 0;
    if (beside) {
      return true;
    }
    if (!isChangedByNode(key, attempt, revision, history)) {
      return false;
    }
    return history.valueAt(key, attempt.snapshot, Set.of()) != null
        || history.valueAt(key, revision - 1, Set.of()) != null;
  }

  /**
   * Whether a node has changed a key before a revision, which the attempt's node has not missed. As
   * a whole, reads are guarded against nodes only; and what a watch has left out may be missed.
   */
  private static boolean isChangedByNode(
      Bytes key, Attempt attempt, long before, TrueHistory history) {
    long at = attempt.snapshot;
    while ((at = history.changeBetween(key, at, before)) != 0) {
      if (history.request(at) != null && !attempt.claim.node.missed(at)) {
        return true;
      }
    }
    return false;
  }
}
