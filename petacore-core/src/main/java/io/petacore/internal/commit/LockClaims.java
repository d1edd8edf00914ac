package io.petacore.internal.commit;

import io.petacore.internal.commit.batch.LockClaim;
import io.petacore.internal.concurrent.CombiningLock;

/**
 * The claims of transactions to the exclusive commit lock: one that loses to other commits again
 * and again has it for a run. Safe for use by many threads.
 */
public final class LockClaims {

  private final CombiningLock lock;
  private final ExclusiveCommitLock exclusiveLock;
  private boolean closed; // guarded by the lock

  LockClaims(CombiningLock lock, ExclusiveCommitLock exclusiveLock) {
    this.lock = lock;
    this.exclusiveLock = exclusiveLock;
  }

  /** Claims the exclusive commit lock; the caller has to {@linkplain #end end} the claim. */
  public LockClaim claim() {
    LockClaim claim = new LockClaim();
    lock.run(
        () -> {
          exclusiveLock.claim(claim);
          if (closed) {
            exclusiveLock.end(claim);
          }
        });
    return claim;
  }

  /** Ends a claim: the run has its outcome, or has failed. */
  public void end(LockClaim claim) {
    lock.run(() -> exclusiveLock.end(claim));
  }

  /** Ends all claims, and later ones at once. Guarded by the pipeline's lock. */
  void close() {
    lock.assertHeld();
    closed = true;
    exclusiveLock.endClaims();
  }

  /** Whether there is no claim, and no request about the lock in flight. */
  boolean areIdle() {
    return !exclusiveLock.hasClaims() && !exclusiveLock.isRequested();
  }
}
