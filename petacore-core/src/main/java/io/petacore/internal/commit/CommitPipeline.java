package io.petacore.internal.commit;

import io.petacore.clock.HybridLogicalClock;
import io.petacore.data.Bytes;
import io.petacore.error.CommitQueueFullException;
import io.petacore.error.InternalErrorException;
import io.petacore.error.PetaCoreException;
import io.petacore.internal.concurrent.Deadline;
import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.format.DeleteFences;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.mvcc.RevisionListener;
import io.petacore.store.KvStore;
import io.petacore.store.StoreException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of a commit: it is checked, waits, leaves with others in one request, and is reported
 * when the watch has brought the request's revision back.
 *
 * <p>Here are its entries: callers with a commit, the writer of the cache with what it has applied,
 * and time. What they change is in {@link CommitState}, guarded by the lock of {@link
 * CombiningLock}; what follows from it is decided by {@link Dispatcher}, who sends, by {@link
 * InDoubtResolver}, which finds out what became of what was sent, and by {@link SessionKeeper} and
 * {@link ExclusiveCommitLock}.
 */
public final class CommitPipeline implements RevisionListener {

  /**
   * What can be set.
   *
   * @param maxInFlight how many requests may be on their way at a time
   * @param maxPending how many transactions may be in the pipeline at a time
   * @param sessionTimeToLive how long a session outlives its last renewal
   */
  public record Settings(int maxInFlight, int maxPending, Duration sessionTimeToLive) {}

  private static final Logger log = LoggerFactory.getLogger(CommitPipeline.class);

  /** What has failed without a word is noticed after that at the latest. */
  private static final Duration LONGEST_REST = Duration.ofSeconds(5);

  private final Scheduler scheduler;
  private final Duration rest;
  private final LongConsumer onKnownRevision;
  private final CommitCheck check;
  private final CommitState state;
  private final CombiningLock steps;
  private final SessionKeeper sessions;
  private final LossDetector losses;
  private final InDoubtResolver settlement;
  private final ExclusiveCommitLock turn;
  private final CoalescingTimer alarm;
  private final Dispatcher dispatcher;
  private final CompletableFuture<@Nullable Void> drained = new CompletableFuture<>();
  private final CompletableFuture<@Nullable Void> sessionEnded = new CompletableFuture<>();

  // Guarded by the lock.
  private volatile boolean disconnected = true; // written under the cache's writer lock
  private boolean started;
  private boolean closed;

  /**
   * @param onKnownRevision called, without the lock, with a revision that the store is known to
   *     have and that is not applied here yet; must not block
   * @param onLoss called with the reason when the state here is found not to be the store's, so
   *     that everything has to be loaded again
   */
  public CommitPipeline(
      KvStore store,
      Namespace namespace,
      MvccCache cache,
      HybridLogicalClock clock,
      DeleteFences fences,
      Scheduler scheduler,
      Settings settings,
      LongConsumer onKnownRevision,
      Consumer<String> onLoss) {
    CommitRecords records = new CommitRecords(clock, namespace);
    this.scheduler = scheduler;
    this.onKnownRevision = onKnownRevision;
    Duration third = settings.sessionTimeToLive().dividedBy(3);
    this.rest = third.compareTo(LONGEST_REST) < 0 ? third : LONGEST_REST;
    this.check = new CommitCheck(cache, fences);
    this.state = new CommitState(scheduler, settings.maxPending(), this::goOn);
    this.steps = state.steps;
    this.sessions =
        new SessionKeeper(
            store, namespace, records, settings.sessionTimeToLive(), scheduler, state);
    this.losses = new LossDetector(store, namespace, scheduler, state, onLoss);
    this.settlement = new InDoubtResolver(namespace, cache, sessions, losses, state);
    this.turn = new ExclusiveCommitLock(store, sessions, settlement, state, scheduler::nanoTime);
    this.alarm = new CoalescingTimer(scheduler, this::ring);
    this.dispatcher =
        new Dispatcher(
            store,
            namespace,
            cache,
            records,
            scheduler,
            settings.maxInFlight(),
            check,
            alarm,
            sessions,
            turn,
            settlement,
            state);
  }

  /** What it has met. */
  public CommitCounters counters() {
    return state.counters;
  }

  /**
   * The highest revision of a commit that was reported before it had come back: what begins after
   * that must not read anything older.
   */
  public long confirmedRevision() {
    return state.outcomes.confirmedRevision();
  }

  /** For how many more commits there is room. */
  int freePlaces() {
    return state.admission.countFree();
  }

  /** Whether nobody waits and nothing is on its way. */
  boolean isIdle() {
    boolean[] idle = {false};
    steps.take(
        effects ->
            idle[0] =
                state.waiting.isEmpty()
                    && state.inFlight.isEmpty()
                    && state.inFlight.footprint().isEmpty()
                    && !turn.isRequested());
    return idle[0];
  }

  /** Opens a session, so that the first commit finds one, and keeps one from then on. */
  public void start() {
    steps.take(effects -> started = true);
    startWithoutCommits();
  }

  /** Looks now and then for what the watch owes or has left out; without a session. */
  public void startWithoutCommits() {
    scheduler.repeat(
        rest,
        () -> {
          steps.take(
              effects -> {
                sessions.beat(effects);
                losses.look(effects);
                state.position.reportAgain();
              });
          ring(); // should the alarm have failed
          return true;
        });
  }

  /** Ends every step. */
  private void goOn(DeferredActions effects) {
    settlement.settleWhatWasPassed(effects);
    if (state.outcomes.isStoreClosed()) {
      settlement.storeClosed(effects);
    } else if (started) {
      sessions.open(effects);
      sessions.goOn(effects);
    }
    if (!closed) {
      dispatcher.sendWhatCanGo(effects);
    }
    reportKnownRevision(effects);
    if (closed && state.inFlight.isEmpty()) {
      effects.tell(() -> drained.complete(null));
    }
  }

  // ---- callers with a commit

  /**
   * Takes a permit of the commit limiter for requests that {@linkplain CommitRequest#holdsPermit
   * hold one}, one after the other. Never blocks.
   *
   * @throws CommitQueueFullException if all permits are taken
   */
  public void tryEnter() {
    if (!state.admission.tryEnter()) {
      throw new CommitQueueFullException(
          "the commit queue is full: "
              + state.admission.permits()
              + " transactions are pending, as many as maxPendingCommits allows; nothing was"
              + " applied");
    }
  }

  /** Returns a permit taken by {@link #tryEnter}. */
  public void leave() {
    state.admission.leave();
  }

  /**
   * Commits a transaction. The future completes by the request's deadline, on an internal thread;
   * it fails with the {@link PetaCoreException} that the application is to see. Unless the request
   * holds a permit, blocks while the pipeline is full, up to the deadline.
   */
  public CompletableFuture<CommitOutcome> commit(CommitRequest request) {
    PendingCommit commit;
    try {
      // On the caller's thread, outside of the lock. If it is stale when its turn comes, it is
      // made again.
      CommitCheck.Result result = check.check(request);
      if (result instanceof CommitCheck.Result.Conflicting conflict) {
        state.counters.localConflicts.increment();
        return CompletableFuture.completedFuture(new CommitOutcome.Conflict(conflict.key()));
      }
      commit = new PendingCommit(request, (CommitCheck.Result.Clear) result);
      if (request.failFast() && disconnected) {
        throw state.outcomes.disconnected();
      }
      if (!request.holdsPermit()) {
        state.admission.enter(request.deadline());
      }
    } catch (PetaCoreException refused) {
      return CompletableFuture.failedFuture(refused);
    }
    try {
      steps.offer(effects -> receiveOrFail(commit, effects));
    } catch (RuntimeException | Error notOffered) {
      if (!request.holdsPermit()) {
        state.admission.leave();
      }
      throw notOffered;
    }
    return commit.done();
  }

  /** Whoever waits for its outcome must not wait for ever. */
  private void receiveOrFail(PendingCommit commit, DeferredActions effects) {
    try {
      receive(commit, effects);
    } catch (RuntimeException | Error defect) {
      log.error("a commit could not be taken in; this is a defect", defect);
      state.waiting.leave(commit);
      state.outcomes.fail(
          commit,
          new InternalErrorException(
              "the commit could not be sent; nothing was applied", defect, false),
          effects);
    }
  }

  private void receive(PendingCommit commit, DeferredActions effects) {
    CommitCheck.Result.Clear clear = commit.clear();
    if (closed) {
      state.outcomes.closed(commit, effects);
    } else if (commit.request().deadline().hasPassed()) {
      state.outcomes.notInTime(commit, effects);
    } else if (commit.request().failFast() && !state.position.isFollowing()) {
      state.outcomes.disconnected(commit, effects);
    } else if (clear != null
        && commit.request().isGuarded()
        && !state.position.isOfThisHistory(clear.at().timestamp())) {
      state.outcomes.ofAnotherHistory(commit, effects);
    } else {
      state.waiting.join(commit);
      alarmAt(commit.request().deadline());
    }
  }

  /**
   * A read of the store or its watch has failed: the reason of what fails from now on, until the
   * store is followed again. After {@link StoreException.Kind#CLOSED} nothing succeeds any more.
   */
  public void storeFailed(StoreException failure) {
    steps.take(effects -> state.outcomes.storeFailed(failure));
  }

  /** Whether the store is not followed, so that nothing can be committed now. */
  public boolean isDisconnected() {
    return disconnected;
  }

  // ---- the writer of the cache, under its lock

  @Override
  public void following(boolean now) {
    disconnected = !now;
    steps.takeHoldingBack(
        effects -> {
          state.position.follow(now);
          if (now) {
            state.outcomes.storeAnswered();
          } else {
            refuseWhatFailsFast(effects);
          }
        });
  }

  private void refuseWhatFailsFast(DeferredActions effects) {
    for (PendingCommit commit : List.copyOf(state.waiting.inOrder())) {
      if (commit.request().failFast()) {
        state.waiting.leave(commit);
        state.outcomes.disconnected(commit, effects);
      }
    }
  }

  @Override
  public void applied(AppliedState now, Commits commits) {
    steps.takeHoldingBack(
        effects -> {
          state.position.comeTo(now.revision(), commits.recordRevision());
          settlement.applied(now, commits.record(), effects);
          commits.bookkeeping().forEach(changed -> bookkeeping(changed, effects));
        });
  }

  @Override
  public void loaded(AppliedState now, Commits commits, History history) {
    steps.takeHoldingBack(
        effects -> {
          long recordBefore = state.position.record();
          state.position.comeTo(now.revision(), commits.recordRevision());
          if (history != History.SAME) {
            state.position.enterHistory(now.timestamp());
            settlement.forgetHistory(effects);
            if (history == History.ANOTHER) {
              state.position.forgetKnown();
              state.outcomes.forgetConfirmed();
            }
          } else if (state.position.record() != recordBefore) {
            settlement.loaded(now, commits.record(), effects);
          } // else nobody has committed in between: nothing was passed over
          losses.loaded();
          state.turn.seen(now.revision(), 0, null, false);
          state.sessions.clear();
          Set<Bytes> present = new HashSet<>();
          for (Bookkeeping kept : commits.bookkeeping()) {
            present.add(kept.key());
            bookkeeping(kept, effects);
          }
          settlement.missMissing(now, present, effects);
        });
  }

  private void bookkeeping(Bookkeeping changed, DeferredActions effects) {
    if (changed.key().equals(ReservedKeys.EXCLUSIVE_LOCK)) {
      state.turn.seen(
          state.position.applied(), changed.modRevision(), changed.value(), changed.leased());
      return;
    }
    state.sessions.seen(changed);
    if (changed.value() != null) {
      sessions.seen(changed.key(), changed.modRevision());
    } else {
      settlement.fenceEnded(changed.key(), effects);
    }
  }

  @Override
  public void unlocked() {
    steps.letGo();
  }

  // ---- time

  private void alarmAt(Deadline deadline) {
    alarm.setFor(scheduler.nanoTime() + deadline.remainingNanos());
  }

  /** Reports a revision that the watch has to deliver: the Synchronizer sees to it. */
  private void reportKnownRevision(DeferredActions effects) {
    if (sessions.current() != null) {
      state.position.know(sessions.fenceRevision());
    }
    long revision = state.position.takeUnreported();
    if (revision != 0) {
      effects.tell(() -> onKnownRevision.accept(revision));
    }
  }

  /** Looks at everything that has a time, and sets the alarm for what is left. */
  private void ring() {
    steps.take(
        effects -> {
          alarm.rang();
          for (PendingCommit commit : List.copyOf(state.waiting.inOrder())) {
            if (commit.request().deadline().hasPassed()) {
              state.waiting.leave(commit);
              late(commit, effects);
            } else {
              alarmAt(commit.request().deadline());
            }
          }
          for (SentBatch sent : state.inFlight.all()) {
            ringFor(sent, effects);
          }
        });
  }

  /** The time of a commit is up that is not on its way. */
  private void late(PendingCommit commit, DeferredActions effects) {
    Session session = sessions.current();
    if (session != null && !turn.admits(session)) {
      commit.lostToOthers();
    }
    state.outcomes.notInTime(commit, effects);
  }

  private void ringFor(SentBatch sent, DeferredActions effects) {
    for (PendingCommit member : sent.members()) {
      if (member.isTold()) {
        continue;
      }
      if (member.request().deadline().hasPassed()) {
        settlement.tellWhatIsKnown(member, sent, effects);
      } else {
        alarmAt(member.request().deadline());
      }
    }
    if (sent.isAnswered() || sent.isInDoubt()) {
      return; // it is the watch's turn
    }
    if (scheduler.nanoTime() - sent.doubtAt() >= 0) {
      settlement.doubt(sent, effects);
    } else {
      alarm.setFor(sent.doubtAt());
    }
  }

  // ---- the end

  /**
   * Takes no more. What was not sent fails; what was sent is settled by ending the session, whose
   * fence the store then deletes; what is not settled within the bound fails as unknown.
   *
   * @return done when every outcome has been told
   */
  public CompletableFuture<Void> close(Duration bound) {
    steps.take(
        effects -> {
          if (closed) {
            return;
          }
          closed = true;
          settlement.close(effects);
          sessions.end(effects, sessionEnded);
          scheduler.schedule(bound, this::giveUp);
        });
    return CompletableFuture.allOf(drained, sessionEnded);
  }

  private void giveUp() {
    steps.take(
        effects -> {
          settlement.giveUpAll(effects);
          effects.tell(() -> sessionEnded.complete(null));
        });
  }
}
