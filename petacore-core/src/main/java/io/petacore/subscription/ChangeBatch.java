package io.petacore.subscription;

import static java.util.Objects.requireNonNull;

import io.petacore.data.Timestamp;
import java.util.List;

/**
 * The changes of one revision in a range, or the net changes of several revisions. Immutable.
 *
 * @param fromRevision the first revision that the batch covers
 * @param toRevision the last one. Equal to {@code fromRevision} for a single revision; lower only
 *     after the store was restored from a backup
 * @param timestamp the timestamp of the last one
 * @param conflated whether the batch holds net changes of more than one revision. They lead from
 *     what the subscriber was last given to the state at {@code toRevision}; states in between are
 *     left out
 * @param changes the changes in ascending order of their keys, each key once; unmodifiable
 */
public record ChangeBatch(
    long fromRevision,
    long toRevision,
    Timestamp timestamp,
    boolean conflated,
    List<Change> changes) {

  /**
   * Creates a batch.
   *
   * @param fromRevision the first revision that the batch covers
   * @param toRevision the last one
   * @param timestamp the timestamp of the last one
   * @param conflated whether the batch holds net changes of more than one revision
   * @param changes the changes, in ascending order of their keys; copied
   */
  public ChangeBatch {
    requireNonNull(timestamp, "timestamp");
    changes = List.copyOf(changes);
  }
}
