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
import io.petacore.internal.mvcc.Version;
import io.petacore.internal.time.Backoff;
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
  private final Effects.Loop loop = new Effects.Loop();

  private final Object lock = new Object();
  // All below is guarded by the lock.
  private final TreeMap<Long, PendingCommit> waiting = new TreeMap<>();
  private final Map<Long, SentBatch> inFlight = new HashMap<>();
  private final Footprint footprint = new Footprint();
  private final Turn turn = new Turn();
  private final Backoff backoff;
  private final Arrears arrears = new Arrears();
  private final Alarm alarm;
  private final CompletableFuture<@Nullable Void> drained = new CompletableFuture<>();
  private final CompletableFuture<@Nullable Void> sessionEnded = new CompletableFuture<>();
  private long arrivals;
  private long batchNumber;
  private long appliedRevision;
  private long recordRevision;
  private long historyFrom; // the version number with which the store's history began here
  private long holdUntil;
  private @Nullable PendingCommit turnFor; // the transaction that can't get through without it
  private boolean turnRequested;
  private boolean wholeInFlight;
  private boolean following;
  private boolean started;
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
    this.backoff = new Backoff(FIRST_BACKOFF, MAX_BACKOFF, scheduler::chance);
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

  /**
   * The highest revision of a commit that was reported before it had come back: what begins after
   * that must not read anything older.
   */
  public long confirmedRevision() {
    return confirmed.get();
  }

  /** For how many more commits there is room. */
  int freePlaces() {
    return places.availablePermits();
  }

  /** Whether nobody waits and nothing is on its way. */
  boolean isIdle() {
    synchronized (lock) {
      return waiting.isEmpty() && inFlight.isEmpty() && footprint.isEmpty() && !turnRequested;
    }
  }

  /** Opens a session, so that the first commit finds one. */
  public void start() {
    step(effects -> started = true);
  }

  /**
   * Commits a transaction. The future completes by the request's deadline, on an internal thread;
   * it fails with the {@link PetaCoreException} that the application is to see. Blocks while the
   * pipeline is full, up to the deadline.
   */
  public CompletableFuture<CommitOutcome> commit(CommitRequest request) {
    CommitCheck.Result.Clear clear = null;
    try {
      // On the caller's thread, outside of the lock. If it is stale when its turn comes, it is
      // made again.
      CommitCheck.Result result = check.check(request);
      if (result instanceof CommitCheck.Result.Conflicting conflict) {
        counters.localConflicts.increment();
        return CompletableFuture.completedFuture(new CommitOutcome.Conflict(conflict.key()));
      }
      clear = (CommitCheck.Result.Clear) result;
    } catch (PetaCoreException refused) {
      return CompletableFuture.failedFuture(refused);
    }
    try {
      takePlace(request);
    } catch (StoreUnavailableException full) {
      return CompletableFuture.failedFuture(full);
    }
    return enqueue(request, clear);
  }

  private void takePlace(CommitRequest request) {
    // Nobody overtakes those who queue for a place.
    if (!places.hasQueuedThreads() && places.tryAcquire()) {
      return;
    }
    try {
      if (!places.tryAcquire(request.deadline().remainingNanos(), TimeUnit.NANOSECONDS)) {
        throw new StoreUnavailableException(
            "the pipeline was full ("
                + settings.maxPending()
                + " commits pending) until the deadline; nothing was applied",
            null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException(
          "interrupted while the pipeline was full; nothing was applied", e);
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
          if (clear.at().version() < historyFrom) {
            fail(commit, ofAnotherHistory(), effects);
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
    try {
      synchronized (lock) {
        step.accept(effects);
        settleWhatWasPassed(effects);
        sendWhatCanGo(effects);
        watchTheWatch();
        if (closed && inFlight.isEmpty()) {
          effects.add(() -> drained.complete(null));
        }
      }
    } finally {
      loop.run(effects); // after a defect too: outcomes that were settled must be told
    }
  }

  // ---- sending; under the lock

  private void sendWhatCanGo(Effects effects) {
    if (started) {
      sessions.open(effects);
    }
    while (!waiting.isEmpty() || turnIsIdle()) {
      Session session = sessions.usable();
      if (session == null || !maySend(session)) {
        return;
      }
      if (turnIsIdle()) {
        giveTurnBack(session, effects);
        return;
      }
      BatchPlanner.Round round = planner.plan(waiting.values(), footprint, cache.applied());
      round.judged().forEach(judged -> judge(judged, effects));
      BatchPlanner.Plan plan = round.plan();
      if (needsTurn(plan) && !turn.isHeldBy(session.id())) {
        takeTurn(plan.members().get(0), session, effects);
        return;
      }
      if (!plan.isEmpty()) {
        send(plan, session, effects);
      } else if (round.judged().isEmpty()) {
        return; // or else: behind those who were judged there may be others who can go
      }
    }
  }

  private boolean maySend(Session session) {
    return !closed
        && following // else the store may be on another history, where guards mean something else
        && !paused
        && !turnRequested
        && !wholeInFlight
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
    wholeInFlight = plan.whole();
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
          StoreCall.then(
              () -> store.commit(request.of(plan, laid)),
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
    sent.answered(result.revision(), laid.flags(sent.plan(), result));
    if (appliedRevision >= result.revision()) {
      settleByAnswer(sent, effects); // a load has jumped over its revision
    } else {
      expect(result.revision());
    }
  }

  /**
   * Nothing was applied: the fence, the turn or (for a whole request) the commit record had moved.
   */
  private void refused(SentBatch sent, List<KeyValue> found, Effects effects) {
    boolean alive = learn(sent.session(), found);
    if (sent.plan().whole() && alive) {
      sent.members().get(0).refused();
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
        hold(kv.modRevision());
      }
    }
    Session current = sessions.current();
    if (!alive && current != null && current.id().equals(sender)) {
      sessions.lost(current);
    }
    return alive;
  }

  /** Sends nothing before a revision is applied here. */
  private void hold(long revision) {
    holdUntil = Math.max(holdUntil, revision);
    expect(revision);
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
  public void following(boolean now) {
    step(effects -> following = now);
  }

  @Override
  public void applied(Applied now, Commits commits) {
    step(
        effects -> {
          cameTo(now.revision(), commits.recordRevision());
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
          long recordBefore = recordRevision;
          cameTo(now.revision(), commits.recordRevision());
          if (anotherHistory) {
            historyFrom = now.version();
            forgetHistory(effects);
          } else if (recordRevision != recordBefore) {
            settleByLoad(now, commits.record(), effects);
          } // else nobody has committed in between: nothing was passed over
          turn.seen(0, null);
          Map<Bytes, Long> fences = new HashMap<>();
          for (Bookkeeping present : commits.bookkeeping()) {
            fences.put(present.key(), present.modRevision());
            bookkeeping(present, effects);
          }
          missMissing(now, fences, effects);
        });
  }

  private void cameTo(long revision, long record) {
    appliedRevision = revision;
    recordRevision = record;
    arrears.applied(revision, scheduler.nanoTime());
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
    if (changed.value() != null) {
      sessions.seen(changed.key(), changed.modRevision());
      return;
    }
    Session current = sessions.current();
    if (current != null && current.fence().equals(changed.key())) {
      sessions.lost(current);
    }
    for (SentBatch sent : List.copyOf(inFlight.values())) {
      if (ReservedKeys.sessionFence(sent.session()).equals(changed.key())) {
        passBorder(sent, effects);
      }
    }
  }

  /** Settles what the watch has passed. */
  private void settleWhatWasPassed(Effects effects) {
    for (SentBatch sent : List.copyOf(inFlight.values())) {
      if (sent.isAnswered() && sent.answeredRevision() <= appliedRevision) {
        // Other things are at its revision: the store was restored to just before it.
        remove(sent);
        sent.members().forEach(member -> unknown(member, effects));
      } else if (isBehindBorder(sent)) {
        passBorder(sent, effects);
      }
    }
  }

  /**
   * Whether it was sent before the fence got the mod revision that it has, and the watch has come
   * there: under another session, which was gone before this one was opened, or under this one
   * before its fence was raised.
   */
  private boolean isBehindBorder(SentBatch sent) {
    Session current = sessions.current();
    long border = sessions.fenceRevision();
    return current != null
        && appliedRevision >= border
        && (!sent.session().equals(current.id()) || sent.fenceRevision() < border);
  }

  private @Nullable SentBatch own(CommitRecord record) {
    SentBatch sent = inFlight.get(record.batch());
    return sent != null && sent.session().equals(record.session()) ? sent : null;
  }

  private void settleByRecord(SentBatch sent, Applied now, Effects effects) {
    remove(sent);
    for (PendingCommit member : sent.members()) {
      if (wasApplied(member, sent, now.revision())) {
        settledApplied(member, sent);
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
  private void settleByLoad(Applied now, @Nullable CommitRecord record, Effects effects) {
    SentBatch last = record == null ? null : own(record);
    for (SentBatch sent : List.copyOf(inFlight.values())) {
      if (sent.isAnswered() && sent.answeredRevision() <= now.revision()) {
        settleByAnswer(sent, effects);
      } else if (sent == last) {
        settleByState(sent, effects);
      } else if (sent.fenceRevision() <= now.revision()) {
        sent.passUnseen();
      } // else it was sent later than that
    }
  }

  /** Its record is the last one: it was applied, but of each member only traces are left. */
  private void settleByState(SentBatch sent, Effects effects) {
    remove(sent);
    for (PendingCommit member : sent.members()) {
      switch (trace(member, sent)) {
        case APPLIED -> {
          settledApplied(member, sent);
          complete(member, new CommitOutcome.Committed(recordRevision, 0), effects);
        }
        case NOT_APPLIED -> waitAgain(member, effects);
        case NONE -> unknown(member, effects);
      }
    }
  }

  private enum Trace {
    APPLIED,
    NOT_APPLIED,
    NONE
  }

  /** What the state says of a member of the request that wrote the commit record last. */
  private Trace trace(PendingCommit member, SentBatch sent) {
    CommitCheck.Result.Clear clear = member.clear();
    if (sent.plan().whole() || !member.request().isGuarded() || clear == null) {
      return Trace.APPLIED;
    }
    for (Write write : clear.writes()) {
      Version newest = cache.find(write.key(), cache.applied().version());
      // Absent, or written since, by a stranger: what was there before can't be seen any more.
      if (newest != null && !newest.isTombstone() && newest.modRevision() <= recordRevision) {
        return newest.modRevision() == recordRevision
            ? Trace.APPLIED
            : Trace.NOT_APPLIED; // it would have been written, or deleted
      }
    }
    return Trace.NONE;
  }

  private void settledApplied(PendingCommit member, SentBatch sent) {
    if (sent.isInDoubt() && !member.isTold()) {
      counters.settledApplied.increment();
    }
  }

  private void forgetHistory(Effects effects) {
    sessions.forget(effects);
    holdUntil = 0;
    arrears.forget();
    confirmed.set(0);
    for (SentBatch sent : List.copyOf(inFlight.values())) {
      remove(sent);
      sent.members().forEach(member -> unknown(member, effects));
    }
    for (PendingCommit commit : List.copyOf(waiting.values())) {
      waiting.remove(commit.arrival());
      fail(commit, ofAnotherHistory(), effects);
    }
  }

  private static PetaCoreException ofAnotherHistory() {
    return new StoreUnavailableException(
        "the store was restored to another history; nothing was applied", null);
  }

  /** No request from before the border will be applied any more. */
  private void passBorder(SentBatch sent, Effects effects) {
    if (sent.isAnswered()) {
      settleByAnswer(sent, effects);
    } else if (sent.mayHavePassedUnseen()) {
      remove(sent);
      sent.members().forEach(member -> unknown(member, effects));
    } else {
      for (PendingCommit member : sent.members()) {
        if (!member.isTold()) {
          counters.settledNotApplied.increment();
        }
      }
      takeBack(sent, effects);
    }
  }

  // ---- the turn; under the lock

  private static boolean needsTurn(BatchPlanner.Plan plan) {
    return plan.whole() && plan.members().get(0).refusals() >= TRIES_BEFORE_TURN;
  }

  private void takeTurn(PendingCommit commit, Session session, Effects effects) {
    counters.turnsTaken.increment();
    turnFor = commit;
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
            StoreCall.then(
                () -> store.commit(batch),
                (result, failure) -> turnAnswered(session, result, failure)));
  }

  private void turnAnswered(
      Session session, @Nullable BatchResult result, @Nullable Throwable failure) {
    step(
        effects -> {
          turnRequested = false;
          if (sessions.current() != session) {
            return; // lost, and the turn with it; or of a history that is no more
          }
          if (result == null) {
            lastFailure = StoreException.of(failure);
            pause();
          } else if (result.applied()) {
            hold(result.revision());
          } else {
            learn(session.id(), result.otherwise());
            pause(); // if there is nothing to be waited for, the watch owes what has become of it
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
    wholeInFlight = false; // it had been alone, or nobody was
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
      if (outcome instanceof CommitOutcome.Committed committed) {
        counters.commits.increment();
        if (committed.revision() > appliedRevision) {
          confirmed.accumulateAndGet(committed.revision(), Math::max);
        }
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
    long[] overdue = {0};
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
            sweep(sent, now, effects);
          }
          overdue[0] = arrears.takeOverdue(now);
        });
    if (overdue[0] != 0) {
      onUndelivered.accept(overdue[0]);
    }
  }

  private void sweep(SentBatch sent, long now, Effects effects) {
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
    if (sent.isAnswered() || sent.isInDoubt()) {
      return; // it is the watch's turn
    }
    if (now - sent.doubtAt() >= 0) {
      doubt(sent, effects);
    } else {
      alarm.setFor(sent.doubtAt());
    }
  }

  /** A revision is known to exist. */
  private void expect(long revision) {
    arrears.know(revision, appliedRevision, scheduler.nanoTime());
  }

  /** Has the alarm look after a watch that owes something. */
  private void watchTheWatch() {
    if (sessions.current() != null) {
      expect(sessions.fenceRevision());
    }
    if (arrears.exist()) {
      alarm.setFor(arrears.overdueAt());
    }
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
    step(
        effects -> {
          if (closed) {
            return;
          }
          closed = true;
          for (PendingCommit commit : List.copyOf(waiting.values())) {
            waiting.remove(commit.arrival());
            fail(
                commit,
                new StorageClosedException("the storage was closed; nothing was applied"),
                effects);
          }
          sessions.end(effects, sessionEnded);
          scheduler.schedule(bound, this::giveUp);
        });
    return CompletableFuture.allOf(drained, sessionEnded);
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
          effects.add(() -> sessionEnded.complete(null));
        });
  }
}
