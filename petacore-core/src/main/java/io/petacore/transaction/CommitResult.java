package io.petacore.transaction;

import io.petacore.data.Timestamp;
import org.jspecify.annotations.Nullable;

/** Where a commit stands in the store's history. Immutable. */
public final class CommitResult {

  /** The timestamp of a revision that this node has not applied. */
  private static final long NOT_APPLIED = 0;

  private final long revision;
  private final long timestamp; // not an object, so that a transaction that only reads makes none

  private CommitResult(long revision, long timestamp) {
    this.revision = revision;
    this.timestamp = timestamp;
  }

  /**
   * Makes a result.
   *
   * @param revision the store's revision of the commit
   * @param timestamp its timestamp; null if it is not known
   * @return the result
   */
  public static CommitResult of(long revision, @Nullable Timestamp timestamp) {
    return new CommitResult(
        revision, timestamp == null ? NOT_APPLIED : timestamp.nanosSinceEpoch());
  }

  /**
   * Returns the store's revision that holds the commit, which means the same on every node.
   *
   * @return the revision; for a transaction that wrote nothing, the one it read at
   */
  public long revision() {
    return revision;
  }

  /**
   * Returns the timestamp of that revision.
   *
   * @return null if the revision has not been applied on this node within the timeout of the commit
   */
  public @Nullable Timestamp timestamp() {
    return timestamp == NOT_APPLIED ? null : Timestamp.of(timestamp);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CommitResult that
        && revision == that.revision
        && timestamp == that.timestamp;
  }

  @Override
  public int hashCode() {
    return 31 * Long.hashCode(revision) + Long.hashCode(timestamp);
  }

  @Override
  public String toString() {
    return "CommitResult{revision=" + revision + ", timestamp=" + timestamp() + "}";
  }
}
