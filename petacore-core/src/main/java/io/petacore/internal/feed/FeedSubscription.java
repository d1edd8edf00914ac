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
 * One subscription: the changes to be delivered, and the calls that deliver them.
 *
 * <p>Its {@link DeliveryTask} makes the calls on the application's executor, one at a time. Fields
 * that are not volatile are read and written in that task only.
 */
final class FeedSubscription implements Subscription {

  private static final Logger log = LoggerFactory.getLogger(FeedSubscription.class);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private final FeedContext context;
  private final KeyRange range;
  private final Recipient recipient;
  private final PendingChanges pending;
  private final DeliveryTask task;
  private final Backoff backoff;

  private volatile boolean ended;
  private volatile @Nullable Throwable cause; // written before ended
  private volatile long startRevision;
  private volatile long deliveredRevision;

  private volatile boolean started; // written in the task only
  private boolean introduced;
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
    this.task = new DeliveryTask(context.scheduler(), context.dispatcher(), this, executor);
    this.backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE, context.scheduler()::chance);
  }

  // ---- the dispatcher

  /** Adds what a revision changed. In order; neither blocks nor runs application code. */
  void publish(Revision revision) {
    if (pending.add(revision) && recipient.isReady()) {
      task.request();
    }
  }

  // ---- the start

  /** Lets the changes follow the applied state, which is not delivered. Before the first run. */
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

  /** Accepts what is published. To be called before it can be found in the index. */
  void accept() {
    pending.accept();
  }

  /** Requests the first run of the task. */
  void begin() {
    demanded();
  }

  /** Requests a run of the task since the recipient is ready. */
  void demanded() {
    task.request();
    context.dispatcher().wake();
  }

  // ---- the task

  /** Hands the requested run over to the executor. Dispatcher only. */
  void handOver() {
    task.handOver();
  }

  /** Makes up for a run that the executor has lost, or a timer that has failed. */
  void recheck() {
    task.recheck();
  }

  /** Makes the next call. In the task only. */
  DeliveryTask.Next step() {
    if (ended) {
      finish();
      return DeliveryTask.Next.END;
    }
    try {
      return call();
    } catch (RuntimeException | Error thrown) {
      return afterFailure(thrown);
    }
  }

  private DeliveryTask.Next call() {
    if (!introduced) {
      introduced = true;
      recipient.onStart(this);
    } else if (!recipient.isReady()) {
      return DeliveryTask.Next.WAIT;
    } else if (!started) {
      deliverState();
      backoff.reset();
    } else {
      ChangeBatch batch = pending.take(failed);
      failed = batch;
      if (batch == null) {
        return DeliveryTask.Next.WAIT;
      }
      if (batch.conflated()) {
        context.counters().conflations.increment();
      }
      recipient.onChanges(batch);
      pending.delivered();
      failed = null;
      deliveredRevision = batch.toRevision();
      backoff.reset();
    }
    return DeliveryTask.Next.CONTINUE;
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

  private DeliveryTask.Next afterFailure(Throwable thrown) {
    if (ended) {
      log.debug("a subscriber of {} failed while its subscription was ended", range, thrown);
      return DeliveryTask.Next.CONTINUE;
    }
    context.counters().failures.increment();
    if (recipient.failed()) {
      Duration pause = backoff.next();
      log.warn(
          "a listener of {} threw: it is called again in {} ms", range, pause.toMillis(), thrown);
      task.pauseFor(pause);
      return DeliveryTask.Next.PAUSE;
    }
    log.warn("a subscriber of {} threw: its subscription is cancelled", range, thrown);
    end(thrown);
    return DeliveryTask.Next.CONTINUE;
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
    task.requestLast();
    context.dispatcher().wake();
  }

  @Override
  public void close() {
    end(null);
    task.awaitCall();
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

  /** The number of changes to be delivered; at least 1 until the state has been. */
  long pendingChanges() {
    long changes = pending.size();
    return started || ended ? changes : Math.max(1, changes);
  }
}
