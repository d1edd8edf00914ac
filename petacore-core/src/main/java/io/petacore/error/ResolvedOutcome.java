package io.petacore.error;

/**
 * The outcome of a commit that was reported as unknown, resolved later.
 *
 * @param status what became of the commit
 * @param revision the store's revision that holds the commit; 0 unless it is committed
 * @param timestamp the timestamp of that revision, in nanoseconds since the epoch; 0 unless it is
 *     committed, and where this node did not apply that revision by itself
 */
public record ResolvedOutcome(Status status, long revision, long timestamp) {

  /** What became of the commit. */
  public enum Status {
    /** Applied, as a whole. */
    COMMITTED,
    /** Not applied, and it never will be. */
    NOT_COMMITTED,
    /** It can't be resolved any more: the storage was closed, or the store's history was lost. */
    UNKNOWN
  }

  private static final ResolvedOutcome NEVER_COMMITTED =
      new ResolvedOutcome(Status.NOT_COMMITTED, 0, 0);
  private static final ResolvedOutcome UNRESOLVABLE = new ResolvedOutcome(Status.UNKNOWN, 0, 0);

  /** Committed, at a revision with a timestamp. */
  public static ResolvedOutcome committed(long revision, long timestamp) {
    return new ResolvedOutcome(Status.COMMITTED, revision, timestamp);
  }

  /** Not applied, now and for ever. */
  public static ResolvedOutcome notCommitted() {
    return NEVER_COMMITTED;
  }

  /** It can't be resolved any more. */
  public static ResolvedOutcome unknown() {
    return UNRESOLVABLE;
  }

  /** Whether the commit was applied, for certain. */
  public boolean isCommitted() {
    return status == Status.COMMITTED;
  }

  /** Whether the commit was not applied and never will be, so that it is safe to run it again. */
  public boolean isNotCommitted() {
    return status == Status.NOT_COMMITTED;
  }
}
