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
import io.petacore.internal.format.SessionId;
import io.petacore.internal.mvcc.Applied;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.time.Backoff;
import io.petacore.internal.time.Continuation;
import io.petacore.internal.time.Scheduler;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.KvStore;
import io.petacore.store.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends transactions to the store, each as one request, and reports each when the watch has brought
 * it back. Never writes the cache.
 *
 * <p>A request that was refused is judged again when its revision is applied: either the cache then
 * shows the conflict, or only a delete fence had moved, for another key of the bucket; then it is
 * sent again under the new fence, and the body need not run again.
 *
 * <p>Safe for use by many threads; nothing here blocks.
 */
public final class WriteThrough {

  private static final Logger log = LoggerFactory.getLogger(WriteThrough.class);

  private static final Duration FIRST_BACKOFF = Duration.ofMillis(20);
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(1);

  /** A watch that has not delivered a confirmed revision by then has failed without saying so. */
  private static final Duration DELIVERY_BOUND = Duration.ofSeconds(1);

  private final KvStore store;
  private final MvccCache cache;
  private final HybridLogicalClock clock;
  private final Scheduler scheduler;
  private final LongConsumer onUndelivered;
  private final CommitCheck check;
  private final BatchLayout layout;
  private final CommitCounters counters = new CommitCounters();
  private final SessionId session = SessionId.random();
  private final AtomicLong batches = new AtomicLong();
  private final AtomicLong confirmed = new AtomicLong();
  private final Set<Pending> pending = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * @param onUndelivered told of a revision that was confirmed and that the watch has not delivered
   */
  public WriteThrough(
      KvStore store,
      Namespace namespace,
      MvccCache cache,
      HybridLogicalClock clock,
      DeleteFences fences,
      Scheduler scheduler,
      LongConsumer onUndelivered) {
    this.store = store;
    this.cache = cache;
    this.clock = clock;
    this.scheduler = scheduler;
    this.onUndelivered = onUndelivered;
    this.check = new CommitCheck(cache, fences);
    this.layout = new BatchLayout(namespace, store.limits());
  }

  /** What it has met. */
  public CommitCounters counters() {
    return counters;
  }

  /** The highest revision known to hold a commit of this storage: nothing older should be read. */
  public long confirmedRevision() {
    return confirmed.get();
  }

  /**
   * Commits a transaction. The future completes by the request's deadline, on an internal thread;
   * it fails with the {@link PetaCoreException} that the application is to see.
   */
  public CompletableFuture<CommitOutcome> commit(CommitRequest request) {
    Pending commit = new Pending(request);
    pending.add(commit);
    if (closed) {
      commit.close();
    } else {
      commit.begin();
    }
    return commit.done;
  }

  /** Takes no more; what was not sent fails, what was sent is waited for until the bound. */
  public CompletableFuture<Void> close(Duration bound) {
    closed = true;
    List<Pending> left = List.copyOf(pending);
    left.forEach(Pending::close);
    scheduler.schedule(bound, () -> left.forEach(Pending::expire));
    return CompletableFuture.allOf(
        left.stream()
            .map(commit -> commit.done.handle((outcome, failure) -> null))
            .toArray(CompletableFuture[]::new));
  }

  /** How far a transaction has come; only what was never sent can be given up without a doubt. */
  private enum Stage {
    NOT_SENT,
    SENT,
    CONFIRMED,
    DONE
  }

  /** A transaction from its request to its outcome. */
  private final class Pending {
    private final CommitRequest request;
    private final Bytes anyKey;
    private final CompletableFuture<CommitOutcome> done = new CompletableFuture<>();
    private final Backoff backoff = new Backoff(FIRST_BACKOFF, MAX_BACKOFF);
    private Stage stage = Stage.NOT_SENT; // guarded by this
    private long revision; // guarded by this; that of the last answer
    private @Nullable StoreException lastFailure; // guarded by this
    private Scheduler.@Nullable Cancellable expiry; // guarded by this

    Pending(CommitRequest request) {
      this.request = request;
      this.anyKey = request.writes().iterator().next().key();
    }

    void begin() {
      Duration left = Duration.ofNanos(Math.max(0, request.deadline().remainingNanos()));
      synchronized (this) {
        expiry = scheduler.schedule(left, this::expire);
      }
      attempt();
    }

    private void attempt() {
      try {
        CommitCheck.Result result = check.check(request);
        if (result instanceof CommitCheck.Result.Conflicting conflict) {
          finish(
              () -> {
                counters.conflicts.increment();
                done.complete(new CommitOutcome.Conflict(conflict.key()));
              });
        } else if (result instanceof CommitCheck.Result.Clear clear) {
          send(clear);
        }
      } catch (PetaCoreException refused) {
        fail(refused);
      } catch (RuntimeException defect) {
        fail(new PetaCoreException("the commit failed unexpectedly", defect));
      }
    }

    private void send(CommitCheck.Result.Clear clear) {
      if (clear.writes().isEmpty()) {
        Applied now = cache.applied();
        finish(() -> done.complete(new CommitOutcome.Committed(now.revision(), now.version())));
        return;
      }
      CommitRecord record = new CommitRecord(clock.now(), session, batches.incrementAndGet());
      Batch batch = layout.single(record, clear);
      if (enter(Stage.SENT)) {
        after(store.commit(batch), this::answered);
      }
    }

    private void answered(@Nullable BatchResult result, @Nullable Throwable failure) {
      if (result == null) {
        unanswered(StoreException.of(failure));
        return;
      }
      synchronized (this) {
        revision = result.revision();
      }
      // The transaction's own group is the last one of the layout.
      boolean applied = result.groups().get(result.groups().size() - 1);
      if (applied) {
        confirmed.accumulateAndGet(result.revision(), Math::max);
        if (enter(Stage.CONFIRMED)) {
          awaitDelivery(result.revision());
        }
      } else if (enter(Stage.NOT_SENT)) {
        afterRevision(result.revision(), now -> attempt());
      }
    }

    private void awaitDelivery(long wanted) {
      Scheduler.Cancellable overdue =
          scheduler.schedule(DELIVERY_BOUND, () -> onUndelivered.accept(wanted));
      afterRevision(
          wanted,
          now -> {
            overdue.cancel();
            committed(cache.numberOf(anyKey, wanted));
          });
    }

    /** A revision that is never applied (closed, another history) leaves it to {@link #expire}. */
    private void afterRevision(long wanted, Consumer<Applied> step) {
      after(
          cache.whenApplied(wanted),
          (now, failure) -> {
            if (now != null) {
              step.accept(now);
            }
          });
    }

    private <T> void after(CompletableFuture<T> future, Continuation.Step<T> step) {
      Continuation.after(
          future,
          Runnable::run,
          step,
          defect -> fail(new PetaCoreException("the commit failed unexpectedly", defect)));
    }

    private void committed(long version) {
      CommitOutcome outcome = new CommitOutcome.Committed(revisionNow(), version);
      finish(
          () -> {
            counters.commits.increment();
            done.complete(outcome);
          });
    }

    private synchronized long revisionNow() {
      return revision;
    }

    private void unanswered(StoreException failure) {
      synchronized (this) {
        lastFailure = failure;
      }
      switch (failure.kind()) {
        case OUTCOME_UNKNOWN -> unknown(failure);
        case UNAVAILABLE -> {
          log.debug("a commit could not be sent, trying again", failure);
          if (enter(Stage.NOT_SENT)) {
            scheduler.schedule(backoff.next(), this::attempt);
          }
        }
        case CLOSED ->
            fail(
                new StoreUnavailableException(
                    "the store was closed; nothing was applied", failure));
        default ->
            fail(
                new PetaCoreException(
                    "the store refused the transaction, which writes "
                        + anyKey
                        + ": "
                        + failure.getMessage(),
                    failure));
      }
    }

    private void unknown(@Nullable StoreException cause) {
      CommitOutcomeUnknownException failure =
          new CommitOutcomeUnknownException(
              "the commit, which writes "
                  + anyKey
                  + ", was sent and its answer was lost: it may have been applied or not",
              cause);
      finish(
          () -> {
            counters.unknownOutcomes.increment();
            done.completeExceptionally(failure);
          });
    }

    /** At the deadline: what is known so far is told. */
    void expire() {
      Stage now;
      StoreException failure;
      synchronized (this) {
        now = stage;
        failure = lastFailure;
      }
      switch (now) {
        case NOT_SENT ->
            fail(
                new StoreUnavailableException(
                    "the commit could not be made in time; nothing was applied", failure));
        case SENT -> unknown(failure);
        case CONFIRMED -> committed(0);
        case DONE -> {}
      }
    }

    /** On closing: what is on its way is waited for, by whoever closes. */
    void close() {
      synchronized (this) {
        if (stage != Stage.NOT_SENT) {
          return;
        }
      }
      fail(new StorageClosedException("the storage was closed; nothing was applied"));
    }

    private void fail(PetaCoreException failure) {
      finish(() -> done.completeExceptionally(failure));
    }

    /** False if the outcome has been told. */
    private synchronized boolean enter(Stage next) {
      if (stage == Stage.DONE) {
        return false;
      }
      stage = next;
      return true;
    }

    private void finish(Runnable tell) {
      Scheduler.Cancellable timer;
      synchronized (this) {
        if (stage == Stage.DONE) {
          return;
        }
        stage = Stage.DONE;
        timer = expiry;
      }
      if (timer != null) {
        timer.cancel();
      }
      pending.remove(this);
      tell.run();
    }
  }
}
