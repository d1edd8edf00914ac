package io.petacore.internal.transaction;

import io.petacore.data.Bytes;
import io.petacore.internal.commit.LockClaims;
import io.petacore.internal.commit.batch.Contention;
import io.petacore.internal.commit.batch.LockClaim;
import io.petacore.internal.commit.batch.ReadSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Has the next run of one transaction hold the exclusive commit lock, if other commits went first
 * too often. Used by one thread at a time.
 *
 * <p>The lock is acquired before the run begins, not before it commits: else others would change
 * what it reads while it runs, for ever.
 */
final class RunClaims {

  /** After so many failures because of other commits the next run has the lock. */
  private static final int MAX_FAILURES = 10;

  /** The same for a transaction that is sent alone: any other commit makes it fail. */
  private static final int MAX_FAILURES_OF_WHOLE = 3;

  /** Of a run that needs no lock. */
  static final CompletableFuture<@Nullable Void> NO_CLAIM = CompletableFuture.completedFuture(null);

  private final LockClaims claims;
  private final Contention contention = new Contention();
  private boolean sendsNothing; // whether the last run has written nothing

  RunClaims(LockClaims claims) {
    this.claims = claims;
  }

  /** What the runs have lost to other commits. */
  Contention contention() {
    return contention;
  }

  /** A run has ended and is to be committed. */
  void sending(@Nullable ReadSet reads, boolean withoutWrites) {
    if (reads != null && reads.whole()) {
      contention.goesWhole();
    }
    sendsNothing = withoutWrites;
  }

  /** Whether the present run has claimed the lock. */
  boolean isClaimed() {
    return contention.claim() != null;
  }

  /** The run has ended in a conflict. */
  void lost(Bytes key) {
    end();
    contention.lost(key);
  }

  /** The run has ended in a failure that is no conflict. */
  void notLost() {
    end();
    contention.notLost();
  }

  /** Claims the lock if need be; completes when the body may run again. */
  CompletableFuture<@Nullable Void> beforeRun() {
    if (sendsNothing || contention.failures() < maxFailures()) {
      return NO_CLAIM;
    }
    LockClaim claim = claims.claim();
    contention.claims(claim);
    return claim.acquired();
  }

  private int maxFailures() {
    return contention.isWhole() ? MAX_FAILURES_OF_WHOLE : MAX_FAILURES;
  }

  /** Ends the claim, if there is one: the lock is not needed any more. */
  void end() {
    LockClaim claim = contention.claim();
    if (claim != null) {
      contention.claims(null);
      claims.end(claim);
    }
  }
}
