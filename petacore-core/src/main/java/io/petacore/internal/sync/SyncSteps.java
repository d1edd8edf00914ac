package io.petacore.internal.sync;

import io.petacore.internal.concurrent.Backoff;
import io.petacore.internal.concurrent.Continuation;
import io.petacore.internal.concurrent.Scheduler;
import io.petacore.store.StoreException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the steps of the Synchronizer on the scheduler: load, check the history, open a watch,
 * resync. No step runs once the Synchronizer is closed. A step that fails unexpectedly is followed
 * by a recovery step, so that the Synchronizer never stops following silently.
 */
final class SyncSteps {

  private static final Logger log = LoggerFactory.getLogger(SyncSteps.class);

  private static final Duration MIN_LOAD_BACKOFF = Duration.ofMillis(20);
  private static final Duration MAX_LOAD_BACKOFF = Duration.ofSeconds(2);
  private static final Duration RECOVERY_INTERVAL = Duration.ofSeconds(2);

  /** A watch session that lasted so long had succeeded. */
  private static final Duration LASTING = Duration.ofSeconds(2);

  private final Scheduler scheduler;
  private final BooleanSupplier closed;

  // Scheduler only. A load costs the store much more than a watch does.
  private final Backoff loadBackoff;
  private final Backoff watchBackoff;

  private volatile boolean failed; // whether a step failed unexpectedly and no other follows
  private volatile @Nullable StoreException lastFailure;

  /**
   * @param closed whether the Synchronizer is closed
   */
  SyncSteps(Scheduler scheduler, BooleanSupplier closed) {
    this.scheduler = scheduler;
    this.closed = closed;
    this.loadBackoff = new Backoff(MIN_LOAD_BACKOFF, MAX_LOAD_BACKOFF, scheduler::chance);
    this.watchBackoff = Backoff.ofRequests(scheduler);
  }

  /**
   * Starts with a step.
   *
   * @param recovery follows a step that failed unexpectedly
   * @param periodic runs regularly
   */
  void start(Runnable first, Runnable recovery, Runnable periodic) {
    scheduler.repeat(
        RECOVERY_INTERVAL,
        () -> {
          periodic.run();
          if (failed && !closed.getAsBoolean()) {
            failed = false;
            run(recovery);
          }
          return !closed.getAsBoolean();
        });
    execute(first);
  }

  /** The most recent failure of the store, if there was one. */
  Optional<StoreException> lastFailure() {
    return Optional.ofNullable(lastFailure);
  }

  /** Records a failure of the store. May be called by any thread. */
  void recordFailure(StoreException failure) {
    lastFailure = failure;
    log.debug("the store is not available", failure);
  }

  /** Runs a step on the scheduler. May be called by any thread. */
  void execute(Runnable step) {
    scheduler.execute(() -> run(step));
  }

  /** Runs a step now, on the scheduler. */
  private void run(Runnable step) {
    if (closed.getAsBoolean()) {
      return;
    }
    try {
      step.run();
    } catch (RuntimeException | Error defect) {
      log.error("a step of the synchronizer failed; this is a defect", defect);
      recoverLater();
    }
  }

  /** Runs a step that loads, after the next backoff. On the scheduler. */
  void loadLater(Runnable step) {
    scheduler.schedule(loadBackoff.next(), () -> run(step));
  }

  /** Records a failure of the store, and runs a step that loads, after the next backoff. */
  void loadLater(StoreException failure, Runnable step) {
    recordFailure(failure);
    loadLater(step);
  }

  /** Runs a step that opens a watch, after the next backoff. On the scheduler. */
  void watchLater(Runnable step) {
    scheduler.schedule(watchBackoff.next(), () -> run(step));
  }

  /**
   * Runs the next step when a response of the store arrives.
   *
   * @param onFailure receives the failure of the response
   */
  <T> void after(
      CompletableFuture<T> response, Consumer<T> next, Consumer<StoreException> onFailure) {
    Continuation.after(
        response,
        scheduler,
        (value, failure) -> {
          if (closed.getAsBoolean()) {
            return;
          }
          if (value != null) {
            next.accept(value);
          } else {
            onFailure.accept(StoreException.of(failure));
          }
        },
        defect -> recoverLater());
  }

  /**
   * Runs a step after a watch session has ended. May be called by any thread.
   *
   * @param startedNanos when the session started; one that lasted resets the backoffs
   */
  void executeAfterSession(long startedNanos, Runnable step) {
    try {
      execute(
          () -> {
            if (scheduler.nanoTime() - startedNanos > LASTING.toNanos()) {
              loadBackoff.reset();
              watchBackoff.reset();
            }
            step.run();
          });
    } catch (RuntimeException | Error defect) {
      log.error("no step could be scheduled after a watch session; this is a defect", defect);
      recoverLater();
    }
  }

  /** Only sets a flag, since an error may leave nothing else to be done. */
  private void recoverLater() {
    failed = true;
  }
}
