package io.petacore.internal.commit;

import io.petacore.clock.HybridLogicalClock;
import io.petacore.data.Bytes;
import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.PetaCoreException;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.internal.format.CommitRecord;
import io.petacore.internal.format.DeleteFences;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.internal.format.SessionId;
import io.petacore.internal.mvcc.Applied;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.mvcc.RevisionListener;
import io.petacore.internal.time.Backoff;
import io.petacore.internal.time.Continuation;
import io.petacore.internal.time.Scheduler;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.KeyValue;
import io.petacore.store.KvStore;
import io.petacore.store.StoreException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The way of a commit: it waits, leaves with others in one request, and is reported when the watch
 * has brought the request's revision back.
 *
 * <p><b>Batches form by themselves.</b> While fewer than {@code maxInFlight} requests are on their
 * way, a commit leaves at once, on its caller's thread. Otherwise it waits, and whoever waits when
 * a place comes free leaves together.
 *
 * <p><b>One source of truth.</b> What became of a request is read off the watch: its commit record
 * shows that it was applied, and which of its members were shows in the keys that its revision
 * wrote. The store's answer is needed only for what was refused as a whole, and where the watch is
 * late.
 *
 * <p><b>Exactly once.</b> A request whose answer is lost may still be applied later. It is not sent
 * again until it is certain that it never will be: the session's fence is raised, or its lease has
 * ended, and the watch has come to that revision, the <em>border</em>. A request from before it
 * that was applied has shown its record by then; one that was not applied never will be, since its
 * guard on the fence holds no more.
 *
 * <p><b>Locking.</b> One lock guards all state of this package; it is taken inside the writer's
 * lock of the cache, never the other way round, and nothing foreign runs under it: see {@link
 * Effects}.
 */
public final class CommitPipeline implements RevisionListener {

  private static final Duration FIRST_BACKOFF = Duration.ofMillis(20);
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(1);
  private static final int TRIES_BEFORE_TURN = 3;

  /** A watch that has not delivered a confirmed revision by then has failed without saying so. */
  private static final long DELIVERY_BOUND_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final long LONGEST_DOUBT_NANOS = TimeUnit.MILLISECONDS.toNanos(2500);
  private static final long SHORTEST_DOUBT_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /**
   * What can be set.
   *
   * @param maxInFlight how many requests may be on their way at a time
   * @param maxPending how many transactions may be in the pipeline at a time
   * @param sessionTimeToLive how long a session outlives its last renewal
   */
  public record Settings(int maxInFlight, int maxPending, Duration sessionTimeToLive) {}

  private final KvStore store;
  private final Namespace namespace;
  private final MvccCache cache;
  private final HybridLogicalClock clock;
  private final Scheduler scheduler;
  private final Settings settings;
  private final LongConsumer onUndelivered;
  private final CommitCheck check;
  private final BatchPlanner planner;
  private final BatchLayout layout;
  private final SessionKeeper sessions;
  private final CommitCounters counters = new CommitCounters();
  private final Semaphore places;
  private final AtomicLong confirmed = new AtomicLong();

  private final Object lock = new Object();
  // All below is guarded by the lock.
  private final TreeMap<Long, PendingCommit> waiting = new TreeMap<>();
  private final Map<Long, SentBatch> inFlight = new HashMap<>();
  private final Footprint footprint = new Footprint();
  private final Turn turn = new Turn();
  private final Backoff backoff = new Backoff(FIRST_BACKOFF, MAX_BACKOFF);
  private final Alarm alarm;
  private final CompletableFuture<Void> drained = new CompletableFuture<>();
  private long arrivals;
  private long batchNumber;
  private long appliedRevision;
  private long recordRevision;
  private long holdUntil;
  private int wholeFailures;
  private @Nullable PendingCommit turnFor; // the transaction that can't get through without it
  private boolean turnRequested;
  private boolean paused;
  private boolean closed;
  private @Nullable StoreException lastFailure;

  /**
   * @param onUndelivered told, on the scheduler, of a revision that was confirmed and that the
   *     watch has not delivered in time
   */
  public CommitPipeline(
      KvStore store,
      Namespace namespace,
      MvccCache cache,
      HybridLogicalClock clock,
      DeleteFences fences,
      Scheduler scheduler,
      Settings settings,
      LongConsumer onUndelivered) {
    this.store = store;
    this.namespace = namespace;
    this.cache = cache;
    this.clock = clock;
    this.scheduler = scheduler;
    this.settings = settings;
    this.onUndelivered = onUndelivered;
    this.check = new CommitCheck(cache, fences);
    int maxOperations = store.limits().maxOperations();
    this.planner =
        new BatchPlanner(
            check::check,
            maxOperations,
            store.limits().maxRequestBytes(),
            namespace.prefix().length());
    this.layout = new BatchLayout(namespace, maxOperations);
    this.sessions =
        new SessionKeeper(
            store, namespace, settings.sessionTimeToLive(), scheduler, this::step, counters);
    this.places = new Semaphore(settings.maxPending(), true);
    this.alarm = new Alarm(scheduler, this::sweep);
  }

  /** What it has met. */
  public CommitCounters counters() {
    return counters;
  }

  /** The highest revision known to hold a commit of this storage: nothing older should be read. */
  public long confirmedRevision() {
    return confirmed.get();
  }

  /** Opens a session, so that the first commit finds one. */
  public void start() {
    step(sessions::open);
  }

  /**
   * Commits a transaction. The future completes by the request's deadline, on an internal thread;
   * it fails with the {@link PetaCoreException} that the application is to see. Blocks while the
   * pipeline is full, up to the deadline.
   */
  public CompletableFuture<CommitOutcome> commit(CommitRequest request) {
    CommitCheck.Result.Clear clear = null;
    try {
      // On the caller's thread, outside of the lock. It may be stale when the request leaves: then
      // the
      // store refuses it, and it is checked again.
      CommitCheck.Result result = check.check(request);
      if (result instanceof CommitCheck.Result.Conflicting conflict) {
        counters.localConflicts.increment();
        return CompletableFuture.completedFuture(new CommitOutcome.Conflict(conflict.key()));
      }
      clear = (CommitCheck.Result.Clear) result;
    } catch (PetaCoreException refused) {
      return CompletableFuture.failedFuture(refused);
    }
    if (!takePlace(request)) {
      return CompletableFuture.failedFuture(
          new StoreUnavailableException(
              "the pipeline was full ("
                  + settings.maxPending()
                  + " commits pending) until the deadline; nothing was applied",
              null));
    }
    return enqueue(request, clear);
  }

  private boolean takePlace(CommitRequest request) {
    // Nobody overtakes those who queue for a place.
    if (!places.hasQueuedThreads() && places.tryAcquire()) {
      return true;
    }
    try {
      return places.tryAcquire(request.deadline().remainingNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private CompletableFuture<CommitOutcome> enqueue(
      CommitRequest request, CommitCheck.Result.Clear clear) {
    PendingCommit commit = new PendingCommit(request, clear);
    step(
        effects -> {
          if (closed) {
            fail(commit, new StorageClosedException("the storage was closed"), effects);
            return;
          }
          commit.arrive(++arrivals);
          waiting.put(commit.arrival(), commit);
          alarm.setFor(scheduler.nanoTime() + request.deadline().remainingNanos());
        });
    return commit.done();
  }

  /** Takes a step under the lock, lets go on whoever can, and then does what that asked for. */
  private void step(Consumer<Effects> step) {
    Effects effects = new Effects();
    synchronized (lock) {
      step.accept(effects);
      sendWhatCanGo(effects);
    }
    effects.run();
  }

  // ---- sending; under the lock

  private void sendWhatCanGo(Effects effects) {
    while (!waiting.isEmpty() || turnIsIdle()) {
      Session session = sessions.usable();
      if (session == null) {
        sessions.open(effects);
        return;
      }
      if (!maySend(session)) {
        return;
      }
      if (turnIsIdle()) {
        giveTurnBack(session, effects);
        return;
      }
      BatchPlanner.Round round = planner.plan(waiting.values(), footprint);
      round.judged().forEach(judged -> judge(judged, effects));
      if (round.plan().isEmpty()) {
        return;
      }
      if (round.plan().whole() && turnFor != null && !turn.isHeldBy(session.id())) {
        takeTurn(session, effects);
        return;
      }
      send(round.plan(), session, effects);
    }
  }

  private boolean maySend(Session session) {
    return !closed
        && !paused
        && !turnRequested
        && inFlight.size() < settings.maxInFlight()
        && appliedRevision >= holdUntil
        && !turn.isHeldByOtherThan(session.id());
  }

  private void judge(BatchPlanner.Judged judged, Effects effects) {
    PendingCommit commit = judged.commit();
    waiting.remove(commit.arrival());
    CommitOutcome outcome = judged.outcome();
    if (outcome instanceof CommitOutcome.Conflict) {
      (commit.wasSent() ? counters.storeConflicts : counters.localConflicts).increment();
    }
    if (outcome != null) {
      complete(commit, outcome, effects);
    } else if (judged.failure() != null) {
      fail(commit, judged.failure(), effects);
    }
  }

  private void send(BatchPlanner.Plan plan, Session session, Effects effects) {
    long now = scheduler.nanoTime();
    SentBatch sent =
        new SentBatch(
            ++batchNumber, session.id(), sessions.fenceRevision(), plan, now + patience(plan));
    inFlight.put(sent.number(), sent);
    footprint.add(plan.keys(), plan.bumps());
    for (PendingCommit member : plan.members()) {
      waiting.remove(member.arrival());
      if (member.wasSent()) {
        counters.resent.increment();
      }
      member.sent();
    }
    counters.batches.increment();
    counters.batchedTransactions.add(plan.members().size());
    alarm.setFor(sent.doubtAt());
    BatchRequest request = frame(session);
    CommitRecord record = new CommitRecord(clock.now(), session.id(), sent.number());
    effects.add(
        () -> {
          BatchLayout.Laid laid = layout.lay(plan, record);
          after(
              store.commit(request.of(plan, laid)),
              (result, failure) -> answered(sent, laid, result, failure));
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

  // ---- answers of the store; they take the lock

  private void answered(
      SentBatch sent,
      BatchLayout.Laid laid,
      @Nullable BatchResult result,
      @Nullable Throwable failure) {
    step(
        effects -> {
          if (inFlight.get(sent.number()) != sent) {
            return; // the watch was faster
          }
          if (result == null) {
            unanswered(sent, StoreException.of(failure), effects);
          } else if (result.applied()) {
            confirmed(sent, laid, result, effects);
          } else {
            refused(sent, result.otherwise(), effects);
          }
        });
  }

  private void confirmed(
      SentBatch sent, BatchLayout.Laid laid, BatchResult result, Effects effects) {
    backoff.reset();
    sent.answered(result.revision(), laid.flags(sent.plan(), result), scheduler.nanoTime());
    confirmed.accumulateAndGet(result.revision(), Math::max);
    if (appliedRevision >= result.revision()) {
      settleByAnswer(sent, effects); // a load has jumped over its revision
    } else {
      alarm.setFor(sent.answeredAt() + DELIVERY_BOUND_NANOS);
    }
  }

  /**
   * Nothing was applied: the fence, the turn or (for a whole request) the commit record had moved.
   */
  private void refused(SentBatch sent, List<KeyValue> found, Effects effects) {
    boolean alive = learn(sent.session(), found);
    if (sent.plan().whole() && alive && ++wholeFailures >= TRIES_BEFORE_TURN) {
      turnFor = sent.members().get(0);
    }
    takeBack(sent, effects);
  }

  /** Takes in what a refused request has read instead; whether its session is alive. */
  private boolean learn(SessionId sender, List<KeyValue> found) {
    boolean alive = false;
    for (KeyValue kv : found) {
      Bytes key = namespace.fromStore(kv.key());
      if (ReservedKeys.isSessionFence(key)) {
        alive = true;
        sessions.seen(key, kv.modRevision());
      } else {
        // The turn or the record: what it is now must have been applied here before the next try.
        holdUntil = Math.max(holdUntil, kv.modRevision());
      }
    }
    Session current = sessions.current();
    if (!alive && current != null && current.id().equals(sender)) {
      sessions.lost(current);
    }
    return alive;
  }

  private void unanswered(SentBatch sent, StoreException failure, Effects effects) {
    lastFailure = failure;
    switch (failure.kind()) {
      case OUTCOME_UNKNOWN -> doubt(sent, effects);
      case REJECTED -> refusedForContent(sent, failure, effects);
      case CLOSED -> {
        remove(sent);
        for (PendingCommit member : sent.members()) {
          fail(
              member,
              new StoreUnavailableException("the store was closed; nothing was applied", failure),
              effects);
        }
      }
      default -> {
        takeBack(sent, effects);
        pause();
      }
    }
  }

  /** Only the culprit is to suffer: the members try again in smaller company, at last alone. */
  private void refusedForContent(SentBatch sent, StoreException failure, Effects effects) {
    if (sent.members().size() == 1) {
      remove(sent);
      PendingCommit culprit = sent.members().get(0);
      fail(
          culprit,
          new PetaCoreException(
              "the store refused the transaction, which writes "
                  + culprit.anyKey()
                  + ": "
                  + failure.getMessage(),
              failure),
          effects);
      return;
    }
    sent.members().forEach(member -> member.limitCompany(sent.members().size() / 2));
    takeBack(sent, effects);
  }

  private void pause() {
    if (!paused) {
      paused = true;
      scheduler.schedule(backoff.next(), () -> step(effects -> paused = false));
    }
  }

  private void doubt(SentBatch sent, Effects effects) {
    sent.doubt();
    Session current = sessions.current();
    // Of a session that has ended, the end of the fence is the border, and on its way.
    if (current != null && current.id().equals(sent.session())) {
      sessions.raise(effects);
    }
  }

  // ---- what the watch brings; called under the cache's writer lock, takes this one

  @Override
  public void applied(Applied now, Commits commits) {
    step(
        effects -> {
          appliedRevision = now.revision();
          recordRevision = commits.recordRevision();
          CommitRecord record = commits.record();
          SentBatch own = record == null ? null : own(record);
          if (own != null) {
            settleByRecord(own, now, effects);
          }
          commits.bookkeeping().forEach(changed -> bookkeeping(changed, effects));
        });
  }

  @Override
  public void loaded(Applied now, Commits commits, boolean anotherHistory) {
    step(
        effects -> {
          appliedRevision = now.revision();
          recordRevision = commits.recordRevision();
          if (anotherHistory) {
            forgetHistory(effects);
          } else {
            settleByLoad(now, commits, effects);
          }
          turn.seen(0, null);
          Map<Bytes, Long> fences = new HashMap<>();
          for (Bookkeeping present : commits.bookkeeping()) {
            fences.put(present.key(), present.modRevision());
            bookkeeping(present, effects);
          }
          missMissing(now, fences, effects);
        });
  }

  /** A fence that is not in a load, though it had been written by then, is gone. */
  private void missMissing(Applied now, Map<Bytes, Long> fences, Effects effects) {
    Session current = sessions.current();
    if (current != null
        && sessions.fenceRevision() <= now.revision()
        && !fences.containsKey(current.fence())) {
      sessions.lost(current);
    }
    for (SentBatch sent : List.copyOf(inFlight.values())) {
      if (sent.fenceRevision() <= now.revision()
          && !fences.containsKey(ReservedKeys.sessionFence(sent.session()))) {
        passBorder(sent, effects);
      }
    }
  }

  private void bookkeeping(Bookkeeping changed, Effects effects) {
    if (changed.key().equals(ReservedKeys.TURN)) {
      turn.seen(changed.modRevision(), changed.value());
      return;
    }
    boolean ended = changed.value() == null;
    Session current = sessions.current();
    if (current != null && current.fence().equals(changed.key())) {
      if (ended) {
        sessions.lost(current);
      } else {
        sessions.seen(changed.key(), changed.modRevision());
      }
    }
    for (SentBatch sent : List.copyOf(inFlight.values())) {
      boolean fenced =
          ReservedKeys.sessionFence(sent.session()).equals(changed.key())
              && (ended || sent.fenceRevision() < changed.modRevision());
      if (fenced) {
        passBorder(sent, effects);
      }
    }
  }

  private @Nullable SentBatch own(CommitRecord record) {
    SentBatch sent = inFlight.get(record.batch());
    return sent != null && sent.session().equals(record.session()) ? sent : null;
  }

  private void settleByRecord(SentBatch sent, Applied now, Effects effects) {
    remove(sent);
    if (sent.plan().whole()) {
      wholeFailures = 0;
    }
    for (PendingCommit member : sent.members()) {
      if (wasApplied(member, sent, now.revision())) {
        if (sent.isInDoubt()) {
          counters.settledApplied.increment();
        }
        complete(member, new CommitOutcome.Committed(now.revision(), now.version()), effects);
      } else {
        waitAgain(member, effects);
      }
    }
  }

  /**
   * Whether a member of an applied request was committed: its keys are in the request's revision.
   */
  private boolean wasApplied(PendingCommit member, SentBatch sent, long revision) {
    CommitCheck.Result.Clear clear = member.clear();
    return sent.plan().whole()
        || !member.request().isGuarded()
        || (clear != null && cache.numberOf(clear.writes().get(0).key(), revision) != 0);
  }

  private void settleByAnswer(SentBatch sent, Effects effects) {
    remove(sent);
    for (PendingCommit member : sent.members()) {
      if (sent.confirms(member)) {
        complete(member, new CommitOutcome.Committed(sent.answeredRevision(), 0), effects);
      } else {
        waitAgain(member, effects);
      }
    }
  }

  /** A load shows the state, and of the commit records only the last one. */
  private void settleByLoad(Applied now, Commits commits, Effects effects) {
    CommitRecord record = commits.record();
    SentBatch last = record == null ? null : own(record);
    for (SentBatch sent : List.copyOf(inFlight.values())) {
      if (sent.isAnswered() && sent.answeredRevision() <= now.revision()) {
        settleByAnswer(sent, effects);
      } else if (sent == last && sent.isTraceableInLoad()) {
        settleByRecord(
            sent, new Applied(commits.recordRevision(), 0, now.keys(), now.nanoTime()), effects);
      } else {
        sent.passUnseen();
      }
    }
  }

  private void forgetHistory(Effects effects) {
    Session current = sessions.current();
    if (current != null) {
      sessions.lost(current);
    }
    holdUntil = 0;
    confirmed.set(0);
    for (SentBatch sent : List.copyOf(inFlight.values())) {
      remove(sent);
      sent.members().forEach(member -> unknown(member, effects));
    }
  }

  /** No request from before the border will be applied any more. */
  private void passBorder(SentBatch sent, Effects effects) {
    if (sent.isAnswered()) {
      settleByAnswer(sent, effects);
    } else if (sent.mayHavePassedUnseen()) {
      remove(sent);
      sent.members().forEach(member -> unknown(member, effects));
    } else {
      counters.settledNotApplied.add(sent.members().size());
      takeBack(sent, effects);
    }
  }

  // ---- the turn; under the lock

  private void takeTurn(Session session, Effects effects) {
    counters.turnsTaken.increment();
    request(session, frame(session).takingTurn(), effects);
  }

  /** Whether it is held, and the transaction that needed it does not any more. */
  private boolean turnIsIdle() {
    Session session = sessions.current();
    return session != null && turn.isHeldBy(session.id()) && (turnFor == null || turnFor.isTold());
  }

  private void giveTurnBack(Session session, Effects effects) {
    turnFor = null;
    request(session, frame(session).givingTurnBack(), effects);
  }

  /** Sends a request about the turn, before anything else; what it has done the watch will show. */
  private void request(Session session, Batch batch, Effects effects) {
    turnRequested = true;
    effects.add(
        () ->
            after(
                store.commit(batch),
                (result, failure) ->
                    scheduler.execute(() -> turnAnswered(session, result, failure))));
  }

  private void turnAnswered(
      Session session, @Nullable BatchResult result, @Nullable Throwable failure) {
    step(
        effects -> {
          turnRequested = false;
          if (result == null) {
            lastFailure = StoreException.of(failure);
            pause();
          } else if (result.applied()) {
            holdUntil = Math.max(holdUntil, result.revision());
          } else {
            learn(session.id(), result.otherwise());
          }
        });
  }

  private BatchRequest frame(Session session) {
    return new BatchRequest(
        namespace, session, sessions.fenceRevision(), turn.guardFor(session.id()), recordRevision);
  }

  // ---- outcomes; under the lock

  private void remove(SentBatch sent) {
    inFlight.remove(sent.number());
    footprint.remove(sent.plan().keys(), sent.plan().bumps());
    if (closed && inFlight.isEmpty()) {
      drained.complete(null);
    }
  }

  private void takeBack(SentBatch sent, Effects effects) {
    remove(sent);
    sent.members().forEach(member -> waitAgain(member, effects));
  }

  /** It was not applied, for certain: it takes its old place, to be judged again. */
  private void waitAgain(PendingCommit member, Effects effects) {
    if (member.isTold()) {
      return;
    }
    member.uncheck();
    if (closed) {
      fail(
          member,
          new StorageClosedException("the storage was closed; nothing was applied"),
          effects);
    } else {
      waiting.put(member.arrival(), member);
    }
  }

  private void complete(PendingCommit commit, CommitOutcome outcome, Effects effects) {
    if (commit.tell()) {
      if (outcome instanceof CommitOutcome.Committed) {
        counters.commits.increment();
      }
      places.release();
      effects.add(() -> commit.complete(outcome));
    }
  }

  private void fail(PendingCommit commit, PetaCoreException failure, Effects effects) {
    if (commit.tell()) {
      places.release();
      effects.add(() -> commit.fail(failure));
    }
  }

  private void unknown(PendingCommit commit, Effects effects) {
    if (!commit.isTold()) {
      counters.unknownOutcomes.increment();
    }
    fail(
        commit,
        new CommitOutcomeUnknownException(
            "the commit, which writes "
                + commit.anyKey()
                + ", was sent, its answer was lost, and its fate could not be settled in time: it"
                + " may have been applied or not",
            lastFailure()),
        effects);
  }

  private @Nullable StoreException lastFailure() {
    return lastFailure == null ? sessions.lastFailure() : lastFailure;
  }

  // ---- time; the alarm rings on the scheduler

  private void sweep() {
    long[] undelivered = {0};
    step(
        effects -> {
          alarm.rang();
          long now = scheduler.nanoTime();
          for (PendingCommit commit : List.copyOf(waiting.values())) {
            if (commit.request().deadline().hasPassed()) {
              waiting.remove(commit.arrival());
              fail(commit, notInTime(), effects);
            } else {
              alarm.setFor(now + commit.request().deadline().remainingNanos());
            }
          }
          for (SentBatch sent : List.copyOf(inFlight.values())) {
            if (sweep(sent, now, effects)) {
              undelivered[0] = Math.max(undelivered[0], sent.answeredRevision());
            }
          }
        });
    if (undelivered[0] != 0) {
      onUndelivered.accept(undelivered[0]);
    }
  }

  /** Whether it was confirmed long ago and has not been delivered. */
  private boolean sweep(SentBatch sent, long now, Effects effects) {
    for (PendingCommit member : sent.members()) {
      if (member.isTold()) {
        continue;
      }
      if (!member.request().deadline().hasPassed()) {
        alarm.setFor(now + member.request().deadline().remainingNanos());
      } else if (!sent.isAnswered()) {
        unknown(member, effects);
      } else if (sent.confirms(member)) {
        complete(member, new CommitOutcome.Committed(sent.answeredRevision(), 0), effects);
      } else {
        fail(member, notInTime(), effects);
      }
    }
    if (sent.isAnswered()) {
      alarm.setFor(now + DELIVERY_BOUND_NANOS);
      return now - sent.answeredAt() >= DELIVERY_BOUND_NANOS;
    }
    if (!sent.isInDoubt()) {
      if (now - sent.doubtAt() >= 0) {
        doubt(sent, effects);
      } else {
        alarm.setFor(sent.doubtAt());
      }
    }
    return false;
  }

  private PetaCoreException notInTime() {
    return new StoreUnavailableException(
        "the commit could not be made in time; nothing was applied", lastFailure());
  }

  // ---- the end

  /**
   * Takes no more. What was not sent fails; what was sent is settled by ending the session, whose
   * fence the store then deletes; what is not settled within the bound fails as unknown.
   *
   * @return done when every outcome has been told
   */
  public CompletableFuture<Void> close(Duration bound) {
    CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
    step(
        effects -> {
          closed = true;
          for (PendingCommit commit : List.copyOf(waiting.values())) {
            waiting.remove(commit.arrival());
            fail(
                commit,
                new StorageClosedException("the storage was closed; nothing was applied"),
                effects);
          }
          if (inFlight.isEmpty()) {
            effects.add(() -> drained.complete(null));
          }
          sessions.end(effects, ended);
          scheduler.schedule(bound, this::giveUp);
        });
    return CompletableFuture.allOf(drained, ended);
  }

  private void giveUp() {
    step(
        effects -> {
          for (SentBatch sent : List.copyOf(inFlight.values())) {
            if (sent.isAnswered()) {
              settleByAnswer(sent, effects);
            } else {
              remove(sent);
              sent.members().forEach(member -> unknown(member, effects));
            }
          }
        });
  }

  private static <T> void after(CompletableFuture<T> future, Continuation.Step<T> next) {
    // A defect leaves the request to the alarm, which doubts it and has it settled.
    Continuation.after(future, Runnable::run, next, defect -> {});
  }
}
