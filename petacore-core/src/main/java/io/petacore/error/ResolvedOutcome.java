package io.petacore.error;

import io.petacore.data.Timestamp;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a commit that was reported as unknown, resolved later.
 *
 * @param status whether the commit was applied
 * @param revision the store's revision that holds the commit; 0 unless it is committed
 * @param timestamp the timestamp of that revision; null unless the commit is committed and this
 *     node applied that revision by itself
 */
public record ResolvedOutcome(Status status, long revision, @Nullable Timestamp timestamp) {

  /** Whether a commit was applied. */
  public enum Status {
    /** The commit was applied, as a whole. */
    COMMITTED,
    /** The commit was not applied and never will be. */
    NOT_COMMITTED,
    /** It can't be resolved: the storage was closed, or the store's history was lost. */
    UNKNOWN
  }

  private static final ResolvedOutcome NEVER_COMMITTED =
      new ResolvedOutcome(Status.NOT_COMMITTED, 0, null);
  private static final ResolvedOutcome UNRESOLVABLE = new ResolvedOutcome(Status.UNKNOWN, 0, null);

  /**
   * Returns the outcome of a commit that was applied.
   *
   * @param revision the store's revision that holds it
   * @param timestamp the timestamp of that revision; null if it is not known
   * @return the outcome
   */
  public static ResolvedOutcome committed(long revision, @Nullable Timestamp timestamp) {
    return new ResolvedOutcome(Status.COMMITTED, revision, timestamp);
  }

  /**
   * Returns the outcome of a commit that was not applied and never will be.
   *
   * @return the outcome
   */
  public static ResolvedOutcome notCommitted() {
    return NEVER_COMMITTED;
  }

  /**
   * Returns the outcome of a commit that can't be resolved.
   *
   * @return the outcome
   */
  public static ResolvedOutcome unknown() {
    return UNRESOLVABLE;
  }

  /**
   * Returns whether the commit was applied.
   *
   * @return false also if it is not known
   */
  public boolean isCommitted() {
    return status == Status.COMMITTED;
  }

  /**
   * Returns whether the commit was not applied and never will be, so that it is safe to run it
   * again.
   *
   * @return false also if it is not known
   */
  public boolean isNotCommitted() {
    return status == Status.NOT_COMMITTED;
  }
}
