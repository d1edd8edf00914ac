package io.petacore.internal.commit;

import io.petacore.internal.commit.batch.BatchLayout;
import io.petacore.internal.commit.batch.BatchPlanner;
import io.petacore.internal.commit.batch.BatchRequest;
import io.petacore.internal.commit.batch.CommitCheck;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.internal.commit.batch.LockClaim;
import io.petacore.internal.commit.batch.PendingCommit;
import io.petacore.internal.format.CommitRecord;
import io.petacore.store.BatchResult;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends pending commits.
 *
 * <p><b>Adaptive batching.</b> While fewer than {@code maxInFlight} requests are in flight, a
 * commit is sent at once, on its caller's thread. Otherwise it waits, and all pending commits are
 * sent together when a request has ended. While many transactions are in flight, a batch waits
 * until as many are pending: a few large requests cost the store, and the threads on both sides,
 * less than many small ones, and callers whose futures complete together come back together.
 *
 * <p>Guarded by the pipeline's lock.
 */
final class Dispatcher {

  /** So many transactions in flight are no reason to wait for a larger batch. */
  private static final int FEW = 8;

  private static final long MAX_ANSWER_NANOS = TimeUnit.MILLISECONDS.toNanos(2500);
  private static final long MIN_ANSWER_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /**
   * A slower link is not expected. Without time to send a large request, the advance of the fence
   * would overtake it there, and so refuse it again and again.
   */
  private static final long MIN_BYTES_PER_SECOND = 200_000;

  private final CommitContext context;
  private final int maxInFlight;
  private final BatchPlanner planner;
  private final BatchLayout layout;
  private final SessionKeeper sessions;
  private final ExclusiveCommitLock exclusiveLock;
  private final AnswerHandler answers;
  private final PendingQueue pending;
  private final InFlightBatches inFlight;
  private long batchNumber;

  /**
   * @param maxInFlight the most requests in flight
   */
  Dispatcher(
      CommitContext context,
      int maxInFlight,
      CommitCheck check,
      SessionKeeper sessions,
      ExclusiveCommitLock exclusiveLock,
      AnswerHandler answers) {
    this.context = context;
    this.maxInFlight = maxInFlight;
    int maxOperations = context.store.limits().maxOperations();
    this.planner =
        new BatchPlanner(
            check::check,
            maxOperations,
            context.store.limits().maxRequestBytes(),
            context.namespace.prefix().length());
    this.layout = new BatchLayout(context.namespace, maxOperations);
    this.sessions = sessions;
    this.exclusiveLock = exclusiveLock;
    this.answers = answers;
    this.pending = context.pending;
    this.inFlight = context.inFlight;
  }

  /** Sends batches until no more can be sent now. */
  void sendPending() {
    context.lock.assertHeld();
    while (!pending.isEmpty()
        || exclusiveLock.hasClaims()
        || exclusiveLock.isToBeReleased()
        || context.barriers.areToBeSent()) {
      Session session = sessions.usable();
      if (session == null || !maySend() || !mayPassLock(session)) {
        return;
      }
      LockClaim claim = exclusiveLock.claimed(session);
      if (claim != null) {
        if (!inFlight.isEmpty()) {
          return;
        }
        exclusiveLock.serve(claim, session, frame(session));
        if (exclusiveLock.isRequested()) {
          return;
        }
        if (exclusiveLock.claimed(session) != claim) {
          continue; // it has lost the lock
        }
      }
      if (isWorthWaiting()) {
        return;
      }
      BatchPlanner.Round round =
          planner.plan(
              admitted(claim),
              inFlight.keys(),
              context.cache.applied(),
              claim == null && context.barriers.arePending());
      round.record();
      round.decided().forEach(this::complete);
      BatchPlanner.Plan plan = round.plan();
      if (exclusiveLock.isNeeded(plan, session)) {
        exclusiveLock.acquire(plan.members().get(0), session, frame(session));
        return;
      }
      if (!plan.members().isEmpty() || (plan.barrier() && context.barriers.areToBeSent())) {
        send(plan, session);
      } else if (round.decided().isEmpty()) {
        return; // or else commits behind those decided may be sent
      }
    }
  }

  private boolean maySend() {
    return context.progress.allowsSending()
        && !context.backoff.isPaused()
        && !exclusiveLock.isRequested()
        && !inFlight.holdsLarge()
        && inFlight.count() < maxInFlight;
  }

  /**
   * Whether the exclusive commit lock lets this session send. If the lock is to be removed or
   * released first, sends that request.
   */
  private boolean mayPassLock(Session session) {
    if (exclusiveLock.isOrphaned(session)) {
      exclusiveLock.removeOrphan(session, frame(session));
      return false;
    }
    if (!exclusiveLock.admits(session)) {
      return false;
    }
    if (exclusiveLock.isToBeReleased()) {
      exclusiveLock.release(session, frame(session));
      return false;
    }
    return true;
  }

  /** The pending commits that a claim to the exclusive commit lock lets through. */
  private Collection<PendingCommit> admitted(@Nullable LockClaim claim) {
    if (claim == null) {
      return pending.inOrder();
    }
    return pending.inOrder().stream()
        .filter(commit -> commit.request().contention().claim() == claim)
        .toList();
  }

  private boolean isWorthWaiting() {
    int members = inFlight.members();
    return members > FEW && pending.size() < members;
  }

  /** Completes a commit that needs no request. */
  private void complete(BatchPlanner.Decision decision) {
    PendingCommit commit = decision.commit();
    pending.remove(commit);
    CommitOutcome outcome = decision.outcome();
    if (outcome instanceof CommitOutcome.Conflict) {
      (commit.wasSent() ? context.counters.storeConflicts : context.counters.localConflicts)
          .increment();
    }
    if (outcome != null) {
      context.outcomes.complete(commit, outcome);
    } else if (decision.failure() != null) {
      context.outcomes.fail(commit, decision.failure());
    } else {
      context.outcomes.deadlinePassed(commit);
    }
  }

  private void send(BatchPlanner.Plan plan, Session session) {
    BatchRequest frame = frame(session);
    long now = context.scheduler.nanoTime();
    SentBatch batch =
        new SentBatch(
            ++batchNumber,
            session.id(),
            frame,
            plan,
            now,
            now + answerNanos(plan),
            context.monitor.beginBatch());
    inFlight.add(batch);
    if (plan.barrier()) {
      context.barriers.sentIn(batch);
    }
    for (PendingCommit member : plan.members()) {
      pending.remove(member);
      if (member.wasSent()) {
        context.counters.resent.increment();
      }
      member.markSent();
    }
    if (plan.members().isEmpty()) {
      context.counters.emptyBatches.increment();
    } else {
      context.counters.batches.increment();
      context.counters.batchedTransactions.add(batch.transactions());
    }
    context.timer.setFor(batch.inDoubtAt());
    CommitRecord record = context.records.next(session.id(), batch.number());
    context.calls.send(
        () -> commit(plan, frame, record),
        (answer, failure) -> answers.answered(batch, answer, failure));
  }

  /** Lays out and sends a request, without the lock. */
  private CompletableFuture<AnswerHandler.Answer> commit(
      BatchPlanner.Plan plan, BatchRequest frame, CommitRecord record) {
    BatchLayout.Layout laidOut = layout.layOut(plan, record);
    CompletableFuture<BatchResult> answer = context.store.commit(frame.commit(plan, laidOut));
    return answer.thenApply(
        result ->
            new AnswerHandler.Answer(
                result, result.applied() ? laidOut.flags(plan, result) : List.of()));
  }

  /**
   * For how long an answer is awaited: for as long as the request may take on a slow link, but at
   * most half of the time that the most urgent member has left. The other half is for resolving.
   */
  private static long answerNanos(BatchPlanner.Plan plan) {
    long nanos = MAX_ANSWER_NANOS + TimeUnit.SECONDS.toNanos(plan.bytes()) / MIN_BYTES_PER_SECOND;
    for (PendingCommit member : plan.members()) {
      nanos = Math.min(nanos, member.request().deadline().remainingNanos() / 2);
    }
    return Math.max(MIN_ANSWER_NANOS, nanos);
  }

  private BatchRequest frame(Session session) {
    return new BatchRequest(
        context.namespace,
        session.fenceKey(),
        sessions.fenceRevision(),
        exclusiveLock.guardFor(session),
        context.progress.record());
  }
}
