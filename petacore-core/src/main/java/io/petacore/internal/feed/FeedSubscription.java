package io.petacore.internal.feed;

import io.petacore.data.KeyRange;
import io.petacore.internal.concurrent.Backoff;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.subscription.ChangeBatch;
import io.petacore.subscription.Subscription;
import io.petacore.transaction.Snapshot;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One subscription: what it is to be told, and the calls that tell it.
 *
 * <p>The calls are made by a {@linkplain Turns turn}, a task on the application's executor of which
 * one runs at a time. Fields that are not volatile are read and written in turns only.
 */
final class FeedSubscription implements Subscription {

  private static final Logger log = LoggerFactory.getLogger(FeedSubscription.class);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private final FeedContext context;
  private final KeyRange range;
  private final Recipient recipient;
  private final PendingChanges pending;
  private final Turns turns;
  private final Backoff backoff;

  private volatile boolean ended;
  private volatile @Nullable Throwable cause; // written before ended
  private volatile long startRevision;
  private volatile long deliveredRevision;

  private boolean introduced;
  private boolean started;
  private @Nullable ChangeBatch failed; // the batch whose delivery failed

  FeedSubscription(
      FeedContext context,
      KeyRange range,
      PendingChanges pending,
      Executor executor,
      Recipient recipient) {
    this.context = context;
    this.range = range;
    this.recipient = recipient;
    this.pending = pending;
    this.turns = new Turns(context.scheduler(), context.dispatcher(), this, executor);
    this.backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE, context.scheduler()::chance);
  }

  // ---- the dispatcher

  /** Adds what a revision changed. In order; neither blocks nor runs application code. */
  void publish(Revision revision) {
    if (pending.add(revision) && recipient.isReady()) {
      turns.request();
    }
  }

  // ---- the start

  /** Lets the changes follow the applied state, without telling it. Before the first turn. */
  void startAtApplied() {
    while (true) {
      AppliedState applied = context.cache().applied();
      if (pending.startAfter(applied.timestamp())) {
        startRevision = applied.revision();
        deliveredRevision = applied.revision();
        started = true;
        return;
      }
      pending.accept();
    }
  }

  /** Accepts what the writer publishes. To be called before the writer can find it. */
  void accept() {
    pending.accept();
  }

  /** Requests the first turn. */
  void begin() {
    demanded();
  }

  /** Requests a turn since the recipient is ready. */
  void demanded() {
    turns.request();
    context.dispatcher().wake();
  }

  // ---- turns

  /** Hands the requested turn over to the executor. Dispatcher only. */
  void handOver() {
    turns.handOver();
  }

  /** Makes up for a turn that the executor has lost, or a timer that has failed. */
  void recheck() {
    turns.recheck();
  }

  /** Makes the next call. In a turn only. */
  Turns.Next step() {
    if (ended) {
      finish();
      return Turns.Next.END;
    }
    try {
      return call();
    } catch (RuntimeException | Error thrown) {
      return afterFailure(thrown);
    }
  }

  private Turns.Next call() {
    if (!introduced) {
      introduced = true;
      recipient.onStart(this);
    } else if (!recipient.isReady()) {
      return Turns.Next.WAIT;
    } else if (!started) {
      deliverState();
      backoff.reset();
    } else {
      ChangeBatch batch = pending.take(failed);
      failed = batch;
      if (batch == null) {
        return Turns.Next.WAIT;
      }
      if (batch.conflated()) {
        context.counters().conflations.increment();
      }
      recipient.onChanges(batch);
      failed = null;
      deliveredRevision = batch.toRevision();
      backoff.reset();
    }
    return Turns.Next.CONTINUE;
  }

  /**
   * Pins the state just before the call, not when the subscription is made: so an executor that
   * takes long keeps no history in memory, and nothing is pending before.
   */
  private void deliverState() {
    try (Snapshot state = pinned()) {
      recipient.onState(state);
      startRevision = state.revision();
      deliveredRevision = state.revision();
      started = true;
    } finally {
      if (!started) {
        pending.refuse();
      }
    }
  }

  private Snapshot pinned() {
    while (true) {
      pending.accept();
      Snapshot state = context.snapshots().get();
      if (pending.startAfter(state.timestamp().nanosSinceEpoch())) {
        return state;
      }
      state.close();
    }
  }

  private Turns.Next afterFailure(Throwable thrown) {
    if (ended) {
      log.debug("a subscriber of {} failed while its subscription was ended", range, thrown);
      return Turns.Next.CONTINUE;
    }
    context.counters().failures.increment();
    if (recipient.failed()) {
      Duration pause = backoff.next();
      log.warn(
          "a listener of {} threw: it is called again in {} ms", range, pause.toMillis(), thrown);
      turns.pauseFor(pause);
      return Turns.Next.PAUSE;
    }
    log.warn("a subscriber of {} threw: its subscription is cancelled", range, thrown);
    end(thrown);
    return Turns.Next.CONTINUE;
  }

  private void finish() {
    failed = null;
    try {
      if (!introduced) {
        introduced = true;
        recipient.onStart(this);
      }
      recipient.onClosed(cause);
    } catch (RuntimeException | Error thrown) {
      context.counters().failures.increment();
      log.warn("a listener of {} threw when its subscription was closed", range, thrown);
    } finally {
      context.registry().finished(this);
    }
  }

  // ---- the end

  /** Ends the subscription for a reason, null if it was closed; does not wait. Idempotent. */
  void end(@Nullable Throwable reason) {
    synchronized (this) {
      if (ended) {
        return;
      }
      cause = reason;
      ended = true;
    }
    context.registry().ended(this);
    pending.refuse();
    turns.requestLast();
    context.dispatcher().wake();
  }

  @Override
  public void close() {
    end(null);
    turns.awaitCall();
  }

  @Override
  public boolean isClosed() {
    return ended;
  }

  // ---- status

  @Override
  public KeyRange range() {
    return range;
  }

  @Override
  public long startRevision() {
    return startRevision;
  }

  @Override
  public long deliveredRevision() {
    return deliveredRevision;
  }

  /** The number of changes to be delivered. */
  long pendingChanges() {
    return pending.size();
  }
}
