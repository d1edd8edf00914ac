package io.petacore.internal.feed;

import io.petacore.internal.concurrent.Scheduler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The task that delivers to one subscription on its executor: one run at a time, and one more after
 * every request.
 *
 * <p>{@code IDLE → REQUESTED → RUNNING → IDLE}, each step one compare-and-set, so that a request
 * takes no lock. A request during a run makes it {@code AGAIN}: it looks once more before it ends.
 * A run that was handed over twice, since the executor seemed to have lost it, finds the state
 * changed and does nothing.
 */
final class DeliveryTask {

  private static final Logger log = LoggerFactory.getLogger(DeliveryTask.class);

  /** The calls of one run, so that an executor of one thread serves other subscriptions, too. */
  private static final int MAX_CALLS = 64;

  /** A run that has not begun after so long is handed over again; doubles each time. */
  private static final long FIRST_PATIENCE = Duration.ofSeconds(5).toNanos();

  private static final long LONGEST_PATIENCE = Duration.ofMinutes(5).toNanos();

  private static final Duration AFTER_DEFECT = Duration.ofSeconds(1);

  /** What follows a step of a run. */
  enum Next {
    /** There may be more to do. */
    CONTINUE,
    /** Nothing to do until the next request. */
    WAIT,
    /** Nothing to do until the pause is over. */
    PAUSE,
    /** Nothing to do for ever. */
    END
  }

  private enum State {
    IDLE,
    REQUESTED,
    RUNNING,
    AGAIN,
    PAUSED,
    ENDED
  }

  private final Scheduler scheduler;
  private final Dispatcher dispatcher;
  private final FeedSubscription subscription;
  private final Executor executor;
  private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);
  private final CompletableFuture<Boolean> over = new CompletableFuture<>();
  private volatile @Nullable Thread runner; // the thread of the run
  private volatile long since; // when the run was handed over, or the pause ends
  private volatile long patience = FIRST_PATIENCE;
  private Duration pause = AFTER_DEFECT; // in a run only

  DeliveryTask(
      Scheduler scheduler,
      Dispatcher dispatcher,
      FeedSubscription subscription,
      Executor executor) {
    this.scheduler = scheduler;
    this.dispatcher = dispatcher;
    this.subscription = subscription;
    this.executor = executor;
  }

  /** Requests a run, which the dispatcher hands over when it is woken. */
  void request() {
    while (true) {
      switch (state.get()) {
        case IDLE -> {
          if (change(State.IDLE, State.REQUESTED)) {
            return;
          }
        }
        case RUNNING -> {
          if (state.compareAndSet(State.RUNNING, State.AGAIN)) {
            return;
          }
        }
        default -> {
          return;
        }
      }
    }
  }

  /** Requests the last run, after the subscription was ended: does not wait for a pause. */
  void requestLast() {
    if (!change(State.PAUSED, State.REQUESTED)) {
      request();
    }
  }

  /** Makes a run ready to be handed over; false if the state was another one. */
  private boolean change(State from, State requested) {
    if (!state.compareAndSet(from, requested)) {
      return false;
    }
    since = scheduler.nanoTime();
    dispatcher.add(subscription);
    return true;
  }

  /** Gives the run to the executor. */
  void handOver() {
    since = scheduler.nanoTime();
    try {
      executor.execute(this::run);
    } catch (RuntimeException | Error failed) {
      log.error("a subscription could not be handed over; this is tried again", failed);
    }
  }

  /** Hands a run over again that has not begun for long, and ends a pause that is overdue. */
  void recheck() {
    long waited = scheduler.nanoTime() - since;
    State now = state.get();
    if (now == State.REQUESTED && waited >= patience) {
      patience = Math.min(2 * patience, LONGEST_PATIENCE);
      since = scheduler.nanoTime();
      dispatcher.add(subscription);
    } else if (now == State.PAUSED && waited >= FIRST_PATIENCE) {
      change(State.PAUSED, State.REQUESTED);
    }
  }

  private void run() {
    if (!state.compareAndSet(State.REQUESTED, State.RUNNING)) {
      return;
    }
    patience = FIRST_PATIENCE;
    if (!ForkJoinTask.inForkJoinPool()) {
      runSteps();
      return;
    }
    // Lets the pool add a thread if the listener blocks this one, which may be its only one.
    Blocker blocker = new Blocker();
    try {
      ForkJoinPool.managedBlock(blocker);
    } catch (RejectedExecutionException noMoreThreads) {
      log.debug("the fork-join pool adds no more threads for listeners that block", noMoreThreads);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    blocker.block();
  }

  private final class Blocker implements ForkJoinPool.ManagedBlocker {
    private boolean begun;

    @Override
    public boolean block() {
      if (!begun) {
        begun = true;
        runSteps();
      }
      return true;
    }

    @Override
    public boolean isReleasable() {
      return begun;
    }
  }

  private void runSteps() {
    runner = Thread.currentThread();
    int calls = 0;
    while (true) {
      Next next = step();
      calls++;
      if (next == Next.CONTINUE && (calls < MAX_CALLS || subscription.isClosed())) {
        continue;
      }
      if (next == Next.WAIT && state.compareAndSet(State.AGAIN, State.RUNNING)) {
        continue; // what the request announced is visible now
      }
      runner = null;
      if (leave(next)) {
        return;
      }
      runner = Thread.currentThread();
    }
  }

  private Next step() {
    try {
      return subscription.step();
    } catch (RuntimeException | Error defect) {
      pause = AFTER_DEFECT;
      log.error("a delivery to a subscriber failed; it is tried again", defect);
      return Next.PAUSE;
    }
  }

  /** Ends the run; returns false if it must continue. */
  private boolean leave(Next next) {
    switch (next) {
      case WAIT -> {
        return state.compareAndSet(State.RUNNING, State.IDLE);
      }
      case CONTINUE -> {
        state.set(State.REQUESTED);
        if (subscription.isClosed() && state.compareAndSet(State.REQUESTED, State.RUNNING)) {
          return false; // the thread that closes it may wait for this run
        }
        since = scheduler.nanoTime();
        dispatcher.add(subscription);
        dispatcher.wake();
      }
      case PAUSE -> {
        since = scheduler.nanoTime() + pause.toNanos();
        state.set(State.PAUSED);
        if (subscription.isClosed()) {
          resume(); // it was ended before the pause began
        } else {
          scheduler.schedule(pause, this::resume);
        }
      }
      case END -> {
        state.set(State.ENDED);
        over.complete(true);
      }
    }
    return true;
  }

  /** Sets the length of the pause that begins when this run ends. In a run only. */
  void pauseFor(Duration length) {
    pause = length;
  }

  private void resume() {
    if (change(State.PAUSED, State.REQUESTED)) {
      dispatcher.wake();
    }
  }

  /**
   * Waits until the task is not running after the subscription was ended; returns at once in the
   * task. An interrupt ends the wait.
   */
  void awaitCall() {
    State now = state.get();
    if ((now != State.RUNNING && now != State.AGAIN) || runner == Thread.currentThread()) {
      return;
    }
    try {
      scheduler.await(over, Long.MAX_VALUE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
