package io.petacore.internal.commit;

import io.petacore.data.Bytes;
import io.petacore.internal.commit.batch.BatchPlanner;
import io.petacore.internal.commit.batch.BatchRequest;
import io.petacore.internal.commit.batch.LockClaim;
import io.petacore.internal.commit.batch.PendingCommit;
import io.petacore.internal.concurrent.ExpiringFlag;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.Operation;
import io.petacore.store.StoreException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Acquires the exclusive commit lock for a large transaction that other nodes keep from committing,
 * or for the next run of a transaction that claims it; releases it when it is not needed any more,
 * and removes it from holders whose session has ended. The watch shows what these requests have
 * done. Guarded by the pipeline's lock.
 *
 * <p>The lock is for progress only: its holder commits under the same guards as without it.
 */
final class ExclusiveCommitLock {

  private static final Logger log = LoggerFactory.getLogger(ExclusiveCommitLock.class);

  private static final int REFUSALS_BEFORE_LOCKING = 3;

  /** How long a run may take while all others wait, once the lock is held. */
  private static final Duration MAX_RUN = Duration.ofSeconds(1);

  private final CommitContext context;
  private final SessionKeeper sessions;
  private final AnswerHandler answers;
  private final ExclusiveLockState state;
  private final ArrayDeque<LockClaim> claims = new ArrayDeque<>(); // the first one is served
  private long heldSince; // monotonic time, of the claim that is served
  private boolean releasesFirst; // whether the lock, if held, was held for an earlier claim
  private long pausedUntil; // monotonic time: until then no claim is served
  private @Nullable PendingCommit acquiredFor;
  private final ExpiringFlag requested;

  ExclusiveCommitLock(CommitContext context, SessionKeeper sessions, AnswerHandler answers) {
    this.context = context;
    this.sessions = sessions;
    this.answers = answers;
    this.state = context.exclusiveLock;
    this.requested = new ExpiringFlag(context.scheduler::nanoTime);
    this.pausedUntil = context.scheduler.nanoTime();
  }

  /** Whether a request about the lock is in flight: nothing else is sent meanwhile. */
  boolean isRequested() {
    return requested.isSet();
  }

  /** Whether a session may send: no other session holds the lock. */
  boolean admits(Session session) {
    return !state.isHeldByOtherThan(session.id());
  }

  /** The mod revision that a request of a session guards the lock by. */
  long guardFor(Session session) {
    return state.guardFor(session.id());
  }

  /** Whether a batch needs the lock, and the session does not hold it. */
  boolean isNeeded(BatchPlanner.Plan plan, Session session) {
    return plan.large()
        && plan.members().get(0).refusals() >= REFUSALS_BEFORE_LOCKING
        && !state.isHeldBy(session.id());
  }

  /** Whether this session holds the lock, and the transaction that needed it has its outcome. */
  boolean isToBeReleased() {
    Session session = sessions.current();
    return session != null
        && state.isHeldBy(session.id())
        && (claims.isEmpty() || (releasesFirst && !claims.peek().isBegun()))
        && (acquiredFor == null || acquiredFor.isCompleted());
  }

  // ---- claims

  /** Adds a claim, behind earlier ones. */
  void claim(LockClaim claim) {
    claims.add(claim);
  }

  /**
   * Ends a claim, whether or not it was served. If it was, the lock is released before the next is,
   * and others have as long as it had: claims that follow one another would stop this storage, and
   * other nodes.
   */
  void end(LockClaim claim) {
    if (!claims.remove(claim)) {
      return;
    }
    if (claim.isBegun()) {
      long now = context.scheduler.nanoTime();
      long nanos = now - heldSince;
      pausedUntil = now + nanos;
      releasesFirst = true;
      context.runLater(Duration.ofNanos(nanos), () -> {}); // the epilogue serves the next claim
    }
    context.lock.afterUnlock(() -> claim.acquired().complete(null));
  }

  /** Ends all claims. */
  void endClaims() {
    List.copyOf(claims).forEach(this::end);
  }

  /** The claim that is served, or may be now; null if there is none. */
  @Nullable LockClaim claimed(Session session) {
    LockClaim first = claims.peek();
    if (first == null || first.isBegun()) {
      return first;
    }
    boolean waits =
        (releasesFirst && state.isHeldBy(session.id()))
            || context.scheduler.nanoTime() - pausedUntil < 0;
    return waits ? null : first;
  }

  /** Whether there is a claim. */
  boolean hasClaims() {
    return !claims.isEmpty();
  }

  /**
   * Serves the first claim: acquires the lock, unless the session holds it; if it does, has the run
   * begin. Nothing else may be in flight.
   */
  void serve(LockClaim claim, Session session, BatchRequest frame) {
    if (state.isHeldBy(session.id())) {
      begin(claim);
    } else if (claim.isBegun()) {
      end(claim); // deleted with its commit, or lost with the session
    } else {
      releasesFirst = false;
      context.counters.exclusiveLocks.increment();
      request(session, frame);
    }
  }

  private void begin(LockClaim claim) {
    if (!claim.isBegun()) {
      claim.begin();
      heldSince = context.scheduler.nanoTime();
      context.lock.afterUnlock(() -> claim.acquired().complete(null));
      context.runLater(MAX_RUN, () -> end(claim));
    }
  }

  /**
   * Whether the lock is held by a session that has ended, or has no lease. This session is neither,
   * even if the watch has lost its fence.
   */
  boolean isOrphaned(Session session) {
    return state.isOrphaned() && !state.isHeldBy(session.id());
  }

  /**
   * Removes an orphaned lock, under guards for the lock and its holder's fence as they are applied
   * here: of several nodes that try, one succeeds.
   */
  void removeOrphan(Session session, BatchRequest frame) {
    Bytes fence = state.holderFence();
    if (fence != null) {
      log.warn(
          "the exclusive commit lock is held by {}, which is no live session, as if the prefix had"
              + " been copied: removing it",
          fence);
      request(
          session,
          frame.removeOrphanedLock(
              state.modRevision(), fence, state.fenceRevision(fence), session.recordPut()));
    }
  }

  /** Acquires the lock, which ends with the session at the latest. */
  void acquire(PendingCommit commit, Session session, BatchRequest frame) {
    context.counters.exclusiveLocks.increment();
    acquiredFor = commit;
    request(session, frame);
  }

  private void request(Session session, BatchRequest frame) {
    state.requested(session.id());
    Bytes name = ExclusiveLockState.nameOf(session.id());
    request(
        session,
        frame.changeLock(List.of(session.leasedPut(frame.lockKey(), name), session.recordPut())));
  }

  /** Releases the lock. */
  void release(Session session, BatchRequest frame) {
    acquiredFor = null;
    request(
        session,
        frame.changeLock(List.of(new Operation.Delete(frame.lockKey()), session.recordPut())));
  }

  private void request(Session session, Batch batch) {
    context.lock.assertHeld();
    requested.set();
    long guardedBy = sessions.fenceRevision();
    context.calls.send(
        () -> context.store.commit(batch),
        (result, failure) -> {
          requested.clear();
          if (sessions.current() != session) {
            return; // lost, and the lock with it; or of another history
          }
          if (result == null) {
            failed(StoreException.of(failure));
          } else if (result.applied()) {
            context.progress.holdUntilApplied(result.revision());
          } else {
            refused(session, guardedBy, result);
          }
        });
  }

  private void failed(StoreException failure) {
    context.outcomes.storeFailed(failure);
    if (failure.kind() != StoreException.Kind.OUTCOME_UNKNOWN) {
      state.refused();
    }
    context.backoff.pause();
  }

  private void refused(Session session, long guardedBy, BatchResult result) {
    state.refused();
    answers.learn(session.id(), guardedBy, result.otherwise());
    context.backoff.pause(); // if nothing is awaited, the watch has yet to show the reason
  }
}
