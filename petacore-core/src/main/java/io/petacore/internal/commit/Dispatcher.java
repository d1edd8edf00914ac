package io.petacore.internal.commit;

import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.format.CommitRecord;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.store.KvStore;
import java.util.concurrent.TimeUnit;

/**
 * Sends what can go.
 *
 * <p><b>Batches form by themselves.</b> While fewer than {@code maxInFlight} requests are on their
 * way, a commit leaves at once, on its caller's thread. Otherwise it waits, and whoever waits when
 * a place comes free leaves together. Where many are on their way, those who wait are to be as
 * many: a few large requests cost the store, and the threads on both sides, less than many small
 * ones, and threads that were told at the same time come back at the same time.
 *
 * <p>Guarded by the pipeline's lock.
 */
final class Dispatcher {

  /** So many on their way are no reason to wait for company. */
  private static final int FEW = 8;

  private static final long LONGEST_DOUBT_NANOS = TimeUnit.MILLISECONDS.toNanos(2500);
  private static final long SHORTEST_DOUBT_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final KvStore store;
  private final Namespace namespace;
  private final MvccCache cache;
  private final CommitRecords records;
  private final Scheduler scheduler;
  private final int maxInFlight;
  private final BatchPlanner planner;
  private final BatchLayout layout;
  private final CoalescingTimer alarm;
  private final SessionKeeper sessions;
  private final ExclusiveCommitLock turn;
  private final InDoubtResolver settlement;
  private final CommitState state;
  private final PendingQueue waiting;
  private final InFlightBatches inFlight;
  private long batchNumber;

  Dispatcher(
      KvStore store,
      Namespace namespace,
      MvccCache cache,
      CommitRecords records,
      Scheduler scheduler,
      int maxInFlight,
      CommitCheck check,
      CoalescingTimer alarm,
      SessionKeeper sessions,
      ExclusiveCommitLock turn,
      InDoubtResolver settlement,
      CommitState state) {
    int maxOperations = store.limits().maxOperations();
    this.store = store;
    this.namespace = namespace;
    this.cache = cache;
    this.records = records;
    this.scheduler = scheduler;
    this.maxInFlight = maxInFlight;
    this.planner =
        new BatchPlanner(
            check::check,
            maxOperations,
            store.limits().maxRequestBytes(),
            namespace.prefix().length());
    this.layout = new BatchLayout(namespace, maxOperations);
    this.alarm = alarm;
    this.sessions = sessions;
    this.turn = turn;
    this.settlement = settlement;
    this.state = state;
    this.waiting = state.waiting;
    this.inFlight = state.inFlight;
  }

  /** Plans and sends, until nobody can go. */
  void sendWhatCanGo(DeferredActions effects) {
    while (!waiting.isEmpty() || turn.isIdle()) {
      Session session = sessions.usable();
      if (session == null || !maySend()) {
        return;
      }
      if (turn.isOrphaned()) {
        turn.removeOrphan(session, frame(session), effects);
        return;
      }
      if (!turn.admits(session)) {
        return;
      }
      if (turn.isIdle()) {
        turn.giveBack(session, frame(session), effects);
        return;
      }
      if (waitForCompany()) {
        return;
      }
      BatchPlanner.Round round =
          planner.plan(waiting.inOrder(), inFlight.footprint(), cache.applied());
      round.judged().forEach(judged -> judge(judged, effects));
      BatchPlanner.Plan plan = round.plan();
      if (turn.isNeeded(plan, session)) {
        turn.take(plan.members().get(0), session, frame(session), effects);
        return;
      }
      if (!plan.isEmpty()) {
        send(plan, session, effects);
      } else if (round.judged().isEmpty()) {
        return; // or else: behind those who were judged there may be others who can go
      }
    }
  }

  private boolean maySend() {
    return state.position.allowsSending()
        && !state.pause.isNow()
        && !turn.isRequested()
        && !inFlight.holdsWhole()
        && inFlight.count() < maxInFlight;
  }

  private boolean waitForCompany() {
    int underWay = inFlight.members();
    return underWay > FEW && waiting.size() < underWay;
  }

  private void judge(BatchPlanner.Judged judged, DeferredActions effects) {
    PendingCommit commit = judged.commit();
    waiting.leave(commit);
    CommitOutcome outcome = judged.outcome();
    if (outcome instanceof CommitOutcome.Conflict) {
      (commit.wasSent() ? state.counters.storeConflicts : state.counters.localConflicts)
          .increment();
    }
    if (outcome != null) {
      state.outcomes.tell(commit, outcome, effects);
    } else if (judged.failure() != null) {
      state.outcomes.fail(commit, judged.failure(), effects);
    } else {
      state.outcomes.notInTime(commit, effects);
    }
  }

  private void send(BatchPlanner.Plan plan, Session session, DeferredActions effects) {
    SentBatch sent =
        new SentBatch(
            ++batchNumber,
            session.id(),
            sessions.fenceRevision(),
            plan,
            scheduler.nanoTime() + patience(plan));
    inFlight.add(sent);
    for (PendingCommit member : plan.members()) {
      waiting.leave(member);
      if (member.wasSent()) {
        state.counters.resent.increment();
      }
      member.sent();
    }
    state.counters.batches.increment();
    state.counters.batchedTransactions.add(plan.members().size());
    alarm.setFor(sent.doubtAt());
    BatchRequest request = frame(session);
    CommitRecord record = records.next(session.id(), sent.number());
    effects.send(
        () -> {
          BatchLayout.Laid laid = layout.lay(plan, record);
          StoreCall.then(
              () -> store.commit(request.of(plan, laid)),
              (result, failure) ->
                  state.steps.take(more -> settlement.answered(sent, laid, result, failure, more)));
        });
  }

  /** Half of the time that its most urgent member has left: the other half is for settling. */
  private static long patience(BatchPlanner.Plan plan) {
    long left = LONGEST_DOUBT_NANOS;
    for (PendingCommit member : plan.members()) {
      left = Math.min(left, member.request().deadline().remainingNanos() / 2);
    }
    return Math.max(SHORTEST_DOUBT_NANOS, left);
  }

  private BatchRequest frame(Session session) {
    return new BatchRequest(
        namespace,
        session,
        sessions.fenceRevision(),
        turn.guardFor(session),
        state.position.record());
  }
}
