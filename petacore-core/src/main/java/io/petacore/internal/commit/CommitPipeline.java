package io.petacore.internal.commit;

import io.petacore.data.Bytes;
import io.petacore.error.CommitQueueFullException;
import io.petacore.error.InternalErrorException;
import io.petacore.error.PetaCoreException;
import io.petacore.internal.commit.batch.CommitCheck;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.internal.commit.batch.CommitRequest;
import io.petacore.internal.commit.batch.PendingCommit;
import io.petacore.internal.commit.batch.ReadSet;
import io.petacore.internal.concurrent.CombiningLock;
import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.monitoring.Monitor;
import io.petacore.internal.mvcc.RevisionListener;
import io.petacore.store.StoreException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The path of a commit, from its caller to the store and back.
 *
 * <ol>
 *   <li><b>Check.</b> {@link #commit} checks the transaction against the cache, on the caller's
 *       thread ({@link CommitCheck}). A conflict ends it here. Otherwise it acquires a permit of
 *       the {@link CommitLimiter} and is submitted to the lock.
 *   <li><b>Queue.</b> Under the lock it is added to the {@link PendingQueue}.
 *   <li><b>Send.</b> The {@link Dispatcher} has the {@code BatchPlanner} choose the members of a
 *       batch, and sends it under the guards of the session ({@link SessionKeeper}): its members
 *       are in flight ({@link InFlightBatches}).
 *   <li><b>Answer.</b> The {@link AnswerHandler} notes the store's answer. If the batch was refused
 *       as a whole, its members return to the queue. If the answer is lost, the {@link
 *       InDoubtResolver} has the session's fence advanced.
 *   <li><b>Apply.</b> The writer of the cache reports what it has applied ({@link
 *       RevisionHandler}). The commit record of a revision names its batch, which is resolved by
 *       it: members that were committed complete ({@link Outcomes}), the others return to the queue
 *       and are checked again. Batches in doubt are resolved once their fencing point is applied
 *       and the {@link LossDetector} rules out that the watch has lost a revision; after a load,
 *       the {@link LoadResolver} decides by the state.
 * </ol>
 *
 * <p>A large transaction that other nodes keep from committing takes the {@link
 * ExclusiveCommitLock}.
 *
 * <p><b>Threads.</b> All of it is guarded by one {@link CombiningLock}. Whatever happens (a commit,
 * an answer, an applied revision, a deadline) is one step under it, and each step ends with {@link
 * #finishStep}. Requests are sent and futures completed when the lock is free. It is acquired
 * inside the cache's writer lock, never the other way round.
 */
public final class CommitPipeline {

  private static final Logger log = LoggerFactory.getLogger(CommitPipeline.class);

  /** A failure that nothing has reported is noticed after this time at the latest. */
  private static final Duration MAX_POLL_INTERVAL = Duration.ofSeconds(5);

  private final Scheduler scheduler;
  private final Duration pollInterval;
  private final LongConsumer onKnownRevision;
  private final CommitContext context;
  private final CombiningLock lock;
  private final CommitCheck check;
  private final SessionKeeper sessions;
  private final LossDetector losses;
  private final BatchResolution resolution;
  private final InDoubtResolver inDoubt;
  private final RevisionHandler revisions;
  private final DeadlineMonitor deadlines;
  private final LockClaims claims;
  private final Dispatcher dispatcher;
  private final Freshness freshness;
  private final CompletableFuture<@Nullable Void> drained = new CompletableFuture<>();
  private final CompletableFuture<@Nullable Void> sessionEnded = new CompletableFuture<>();

  private boolean started; // guarded by the lock
  private boolean closed; // guarded by the lock

  /**
   * @param onKnownRevision called, without the lock, with a revision that the store is known to
   *     have and that is not applied here yet; must not block
   * @param onLoss called, without the lock, with the reason, when the state here is found not to be
   *     the store's, so that everything has to be loaded again
   */
  public CommitPipeline(
      PipelineEnvironment environment,
      PipelineSettings settings,
      LongConsumer onKnownRevision,
      Consumer<String> onLoss) {
    this.scheduler = environment.scheduler();
    this.onKnownRevision = onKnownRevision;
    Duration third = settings.sessionTimeToLive().dividedBy(3);
    this.pollInterval = third.compareTo(MAX_POLL_INTERVAL) < 0 ? third : MAX_POLL_INTERVAL;
    this.context =
        new CommitContext(
            environment, settings.maxPending(), this::finishStep, this::checkDeadlines);
    this.lock = context.lock;
    this.check = new CommitCheck(environment.cache(), settings.deleteFences());
    this.sessions = new SessionKeeper(context, settings.sessionTimeToLive());
    this.losses = new LossDetector(context, onLoss);
    this.resolution = new BatchResolution(context);
    this.inDoubt = new InDoubtResolver(context, sessions, losses, resolution);
    this.freshness = new Freshness(context, losses, settings.idleWriteInterval());
    this.revisions =
        new RevisionHandler(
            context,
            sessions,
            losses,
            inDoubt,
            new LoadResolver(context, sessions, inDoubt, resolution),
            resolution,
            freshness);
    AnswerHandler answers = new AnswerHandler(context, sessions, losses, inDoubt, resolution);
    ExclusiveCommitLock exclusiveLock = new ExclusiveCommitLock(context, sessions, answers);
    this.claims = new LockClaims(lock, exclusiveLock);
    this.deadlines =
        new DeadlineMonitor(context, sessions, exclusiveLock, inDoubt, resolution, freshness);
    this.dispatcher =
        new Dispatcher(context, settings.maxInFlight(), check, sessions, exclusiveLock, answers);
  }

  /** Latest reads, barriers, and staleness. */
  public Freshness freshness() {
    return freshness;
  }

  /** Claims to the exclusive commit lock. */
  public LockClaims lockClaims() {
    return claims;
  }

  /** Counters of the write path. */
  public CommitCounters counters() {
    return context.counters;
  }

  /**
   * The highest revision of a commit that was reported before it was applied here; 0 if there is
   * none. Snapshots that begin later must not be older.
   */
  public long confirmedRevision() {
    return context.outcomes.confirmedRevision();
  }

  /** The number of permits left for commits. */
  int availablePermits() {
    return context.limiter.available();
  }

  /** The number of transactions in the pipeline. */
  public int pendingCommits() {
    return context.limiter.limit() - context.limiter.available();
  }

  /** The most transactions in the pipeline. */
  public int maxPendingCommits() {
    return context.limiter.limit();
  }

  /** Receives what operations want to know. */
  public Monitor monitor() {
    return context.monitor;
  }

  /** Whether nothing is pending and nothing is in flight. */
  boolean isIdle() {
    return lock.call(() -> context.isIdle() && freshness.isIdle() && claims.areIdle());
  }

  /** Opens a session, so that the first commit finds one, and keeps one from then on. */
  public void start() {
    lock.run(() -> started = true);
    startWithoutCommits();
    freshness.startIdleWrites();
  }

  /** Polls for revisions that the watch has lost or not delivered; opens no session. */
  public void startWithoutCommits() {
    scheduler.repeat(
        pollInterval,
        () -> {
          lock.run(
              () -> {
                sessions.renew();
                losses.poll();
                context.progress.reportAgain();
              });
          checkDeadlines(); // should the timer have failed
          return true;
        });
  }

  /**
   * Ends every step: does whatever the step has made possible. The order matters, and none of these
   * needs an earlier one again: what they send is answered in a later step.
   *
   * <ol>
   *   <li>Batches are resolved whose fencing point is applied: that returns members to the queue,
   *       and frees keys in flight.
   *   <li>A session is opened or its fence advanced, without which nothing can be sent.
   *   <li>Pending commits are sent, those just returned included; and the read of latest reads.
   *   <li>Revisions that have become known in all of this are reported to the synchronizer.
   *   <li>After {@link #close}, the last batch to end completes it.
   * </ol>
   */
  private void finishStep() {
    inDoubt.resolvePassed();
    if (context.outcomes.isStoreClosed()) {
      claims.close();
      resolution.storeClosed();
      freshness.close("the store was closed before its storage");
    } else if (started) {
      sessions.open();
      sessions.retryAdvance();
    }
    if (!closed) {
      dispatcher.sendPending();
      freshness.send();
    }
    reportKnownRevision();
    if (closed && context.inFlight.isEmpty()) {
      lock.afterUnlock(() -> drained.complete(null));
    }
  }

  private void reportKnownRevision() {
    if (sessions.current() != null) {
      context.progress.know(sessions.fenceRevision());
    }
    long revision = context.progress.takeUnreported();
    if (revision != 0) {
      lock.afterUnlock(() -> onKnownRevision.accept(revision));
    }
  }

  private void checkDeadlines() {
    lock.run(deadlines::check);
  }

  // ---- callers

  /**
   * Takes a permit of the commit limiter, for requests that {@linkplain CommitRequest#holdsPermit
   * hold one}, one after the other. Never blocks.
   *
   * @throws CommitQueueFullException if all permits are taken
   */
  public void tryEnter() {
    if (!context.limiter.tryAcquire()) {
      throw new CommitQueueFullException(
          "the commit queue is full: "
              + context.limiter.limit()
              + " transactions are pending, as many as maxPendingCommits allows; nothing was"
              + " applied");
    }
  }

  /** Returns a permit taken by {@link #tryEnter}. */
  public void leave() {
    context.limiter.release();
  }

  /**
   * Commits a transaction. The future completes by the request's deadline, on an internal thread;
   * it fails with the {@link PetaCoreException} that the application is to get. Unless the request
   * holds a permit, blocks while the pipeline is full, up to the deadline.
   */
  public CompletableFuture<CommitOutcome> commit(CommitRequest request) {
    PendingCommit commit;
    try {
      // On the caller's thread, without the lock. The check is made again before the commit is
      // sent if anything was applied meanwhile.
      CommitCheck.Result result = check.check(request);
      if (result instanceof CommitCheck.Result.Conflict conflict) {
        context.counters.localConflicts.increment();
        return CompletableFuture.completedFuture(new CommitOutcome.Conflict(conflict.key()));
      }
      commit = new PendingCommit(request, (CommitCheck.Result.Clear) result);
      if (request.failFast() && revisions.isDisconnected()) {
        throw context.outcomes.disconnected();
      }
      if (!request.holdsPermit()) {
        context.limiter.acquire(request.deadline());
      }
    } catch (PetaCoreException refused) {
      return CompletableFuture.failedFuture(refused);
    }
    try {
      lock.submit(() -> enqueueOrFail(commit));
    } catch (RuntimeException | Error notSubmitted) {
      if (!request.holdsPermit()) {
        context.limiter.release();
      }
      throw notSubmitted;
    }
    return commit.done();
  }

  /** Checks at the applied state what a transaction without writes has read. */
  public CompletableFuture<CommitOutcome> checkReads(ReadSet reads) {
    try {
      CommitCheck.Result result = check.checkReads(reads);
      if (result instanceof CommitCheck.Result.Clear clear) {
        return CompletableFuture.completedFuture(CommitOutcome.Committed.at(clear.at()));
      }
      context.counters.localConflicts.increment();
      Bytes key = ((CommitCheck.Result.Conflict) result).key();
      return CompletableFuture.completedFuture(new CommitOutcome.Conflict(key));
    } catch (PetaCoreException failure) {
      return CompletableFuture.failedFuture(failure);
    }
  }

  /** A caller must not wait for ever, whatever goes wrong. */
  private void enqueueOrFail(PendingCommit commit) {
    try {
      enqueue(commit);
    } catch (RuntimeException | Error defect) {
      log.error("a commit could not be enqueued; this is a defect", defect);
      context.pending.remove(commit);
      context.outcomes.fail(
          commit,
          new InternalErrorException(
              "the commit could not be sent; nothing was applied", defect, false));
    }
  }

  private void enqueue(PendingCommit commit) {
    CommitCheck.Result.Clear clear = commit.clear();
    if (closed) {
      context.outcomes.closed(commit);
    } else if (commit.request().deadline().hasPassed()) {
      context.outcomes.deadlinePassed(commit);
    } else if (commit.request().failFast() && !context.progress.isFollowing()) {
      context.outcomes.disconnected(commit);
    } else if (clear != null
        && commit.request().isGuarded()
        && !context.progress.isOfThisHistory(clear.at().timestamp())) {
      context.outcomes.historyLost(commit);
    } else {
      context.pending.add(commit);
      context.timer.setFor(commit.request().deadline());
    }
  }

  /**
   * A read of the store or its watch has failed: the cause of what fails from now on, until the
   * store is followed again. After {@link StoreException.Kind#CLOSED} nothing succeeds any more.
   */
  public void storeFailed(StoreException failure) {
    lock.run(() -> context.outcomes.storeFailed(failure));
  }

  /** Whether the store is not followed, so that nothing can be committed now. */
  public boolean isDisconnected() {
    return revisions.isDisconnected();
  }

  /** The listener for what the writer of the cache has applied. */
  public RevisionListener revisionListener() {
    return revisions;
  }

  // ---- the end

  /**
   * Accepts no more commits. What was not sent fails; what was sent is resolved by ending the
   * session, whose fence the store then deletes; what is not resolved within the bound fails as
   * unknown.
   *
   * @return completes when every outcome has been reported
   */
  public CompletableFuture<Void> close(Duration bound) {
    lock.run(
        () -> {
          if (closed) {
            return;
          }
          closed = true;
          claims.close();
          resolution.close();
          freshness.close("the storage was closed");
          sessions.end(sessionEnded);
          scheduler.schedule(bound, this::closingTimedOut);
        });
    return CompletableFuture.allOf(drained, sessionEnded);
  }

  private void closingTimedOut() {
    lock.run(
        () -> {
          resolution.endAll();
          lock.afterUnlock(() -> sessionEnded.complete(null));
        });
  }
}
