package io.petacore.internal.commit;

import io.petacore.data.Bytes;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.KvStore;
import io.petacore.store.StoreException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the turn for a large transaction that can't get through, and gives it back when that does
 * not need it any more. Guarded by the pipeline's lock.
 */
final class ExclusiveCommitLock {

  private static final Logger log = LoggerFactory.getLogger(ExclusiveCommitLock.class);

  private static final int TRIES_BEFORE_TURN = 3;

  private final KvStore store;
  private final SessionKeeper sessions;
  private final InDoubtResolver settlement;
  private final CommitState state;
  private final ExclusiveLockState turn;
  private final LiveSessions live;
  private @Nullable PendingCommit takenFor;
  private final InProgress requested;

  ExclusiveCommitLock(
      KvStore store,
      SessionKeeper sessions,
      InDoubtResolver settlement,
      CommitState state,
      LongSupplier nanoTime) {
    this.store = store;
    this.sessions = sessions;
    this.settlement = settlement;
    this.state = state;
    this.turn = state.turn;
    this.live = state.sessions;
    this.requested = new InProgress(nanoTime);
  }

  /** Whether a request about it is on its way: no other leaves meanwhile. */
  boolean isRequested() {
    return requested.isNow();
  }

  /** Whether a session may send: no other session has the lock. */
  boolean admits(Session session) {
    return !turn.isHeldByOtherThan(session.id());
  }

  /** What a request of a session guards it by. */
  long guardFor(Session session) {
    return turn.guardFor(session.id());
  }

  /** Whether a request can't do without it, and does not have it. */
  boolean isNeeded(BatchPlanner.Plan plan, Session session) {
    return plan.whole()
        && plan.members().get(0).refusals() >= TRIES_BEFORE_TURN
        && !turn.isHeldBy(session.id());
  }

  /** Whether it is held, and the transaction that needed it does not any more. */
  boolean isIdle() {
    Session session = sessions.current();
    return session != null
        && turn.isHeldBy(session.id())
        && (takenFor == null || takenFor.isTold());
  }

  /**
   * Whether it is held by nobody who could give it back: it ends with no lease, or its holder's
   * session has ended. A program that copies or restores the prefix leaves it so.
   */
  boolean isOrphaned() {
    Bytes fence = turn.holderFence();
    return fence != null && !(turn.isLeased() && live.isLive(fence));
  }

  /**
   * Removes it from a holder that is gone, under guards for the lock and the holder's fence as they
   * are seen here: of several nodes that try, one succeeds.
   */
  void removeOrphan(Session session, BatchRequest frame, DeferredActions effects) {
    Bytes fence = turn.holderFence();
    if (fence != null) {
      log.warn(
          "the exclusive commit lock is held by {}, which is no live session, as if the prefix had"
              + " been copied: removing it",
          fence);
      request(
          session,
          frame.removingOrphan(turn.modRevision(), fence, live.modRevision(fence)),
          effects);
    }
  }

  void take(PendingCommit commit, Session session, BatchRequest frame, DeferredActions effects) {
    state.counters.exclusiveLocks.increment();
    takenFor = commit;
    turn.asked(session.id());
    request(session, frame.takingTurn(), effects);
  }

  void giveBack(Session session, BatchRequest frame, DeferredActions effects) {
    takenFor = null;
    request(session, frame.givingTurnBack(), effects);
  }

  /** What it has done the watch will show. */
  private void request(Session session, Batch batch, DeferredActions effects) {
    requested.begin();
    long guardedBy = sessions.fenceRevision();
    effects.send(
        () ->
            StoreCall.then(
                () -> store.commit(batch),
                (result, failure) ->
                    state.steps.take(more -> answered(session, guardedBy, result, failure, more))));
  }

  private void answered(
      Session session,
      long guardedBy,
      @Nullable BatchResult result,
      @Nullable Throwable failure,
      DeferredActions effects) {
    requested.end();
    if (sessions.current() != session) {
      return; // lost, and the turn with it; or of a history that is no more
    }
    if (result == null) {
      StoreException why = StoreException.of(failure);
      state.outcomes.storeFailed(why);
      if (why.kind() != StoreException.Kind.OUTCOME_UNKNOWN) {
        turn.refused();
      }
      state.pause.begin();
    } else if (result.applied()) {
      state.position.hold(result.revision());
    } else {
      turn.refused();
      settlement.learn(session.id(), guardedBy, result.otherwise(), effects);
      state.pause
          .begin(); // if there is nothing to be waited for, the watch owes what has become of it
    }
  }
}
