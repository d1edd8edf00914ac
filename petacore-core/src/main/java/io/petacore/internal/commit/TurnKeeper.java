package io.petacore.internal.commit;

import io.petacore.data.Bytes;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.KvStore;
import io.petacore.store.StoreException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes the turn for a large transaction that can't get through, and gives it back when that does
 * not need it any more. Guarded by the pipeline's lock.
 */
final class TurnKeeper {

  private static final int TRIES_BEFORE_TURN = 3;

  private final KvStore store;
  private final SessionKeeper sessions;
  private final Settlement settlement;
  private final CommitState state;
  private final Turn turn = new Turn();
  private @Nullable PendingCommit takenFor;
  private final InProgress requested;

  TurnKeeper(
      KvStore store,
      SessionKeeper sessions,
      Settlement settlement,
      CommitState state,
      LongSupplier nanoTime) {
    this.store = store;
    this.sessions = sessions;
    this.settlement = settlement;
    this.state = state;
    this.requested = new InProgress(nanoTime);
  }

  /** The watch has shown it; 0 and null if it was given back. */
  void seen(long revision, @Nullable Bytes value) {
    turn.seen(revision, value);
  }

  /** Whether a request about it is on its way: no other leaves meanwhile. */
  boolean isRequested() {
    return requested.isNow();
  }

  /** Whether a session may send: nobody else has the field to himself. */
  boolean admits(Session session) {
    return !requested.isNow() && !turn.isHeldByOtherThan(session.id());
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

  void take(PendingCommit commit, Session session, BatchRequest frame, Effects effects) {
    state.counters.turnsTaken.increment();
    takenFor = commit;
    request(session, frame.takingTurn(), effects);
  }

  void giveBack(Session session, BatchRequest frame, Effects effects) {
    takenFor = null;
    request(session, frame.givingTurnBack(), effects);
  }

  /** What it has done the watch will show. */
  private void request(Session session, Batch batch, Effects effects) {
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
      Effects effects) {
    requested.end();
    if (sessions.current() != session) {
      return; // lost, and the turn with it; or of a history that is no more
    }
    if (result == null) {
      state.outcomes.storeFailed(StoreException.of(failure));
      state.pause.begin();
    } else if (result.applied()) {
      state.position.hold(result.revision());
    } else {
      settlement.learn(session.id(), guardedBy, result.otherwise(), effects);
      state.pause
          .begin(); // if there is nothing to be waited for, the watch owes what has become of it
    }
  }
}
