package io.petacore.internal.sync;

import io.petacore.internal.concurrent.Scheduler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Records the highest revision that the store is known to have, and replaces the watch if it stays
 * silent while that revision is not applied.
 *
 * <p>A watch that delivers nothing is not suspicious as long as nothing is known to be missing. The
 * silence therefore counts from the moment at which a revision became known while none was missing,
 * or from the last sign of life of the watch, whichever is later.
 *
 * <p>Safe for use by many threads, and without a lock: every batch of commits reports its revision.
 */
final class DeliveryWatchdog {

  /** A timer that is late by this much has failed. */
  private static final long LOST_AFTER_NANOS = TimeUnit.SECONDS.toNanos(1);

  private record Timer(long dueAt) {}

  private final Scheduler scheduler;
  private final LongSupplier applied;
  private final SyncLock lock;
  private final AtomicLong expected = new AtomicLong();
  private final AtomicReference<@Nullable Timer> timer = new AtomicReference<>();
  private volatile long missingSince;

  /**
   * @param applied the applied revision
   */
  DeliveryWatchdog(Scheduler scheduler, LongSupplier applied, SyncLock lock) {
    this.scheduler = scheduler;
    this.applied = applied;
    this.lock = lock;
  }

  /** Records a revision that the store is known to have. */
  void expect(long revision) {
    long now = applied.getAsLong();
    if (revision > now && expected.get() <= now) {
      missingSince = scheduler.nanoTime(); // before it can be seen to be missing
    }
    expected.accumulateAndGet(revision, Math::max);
    if (revision > now) {
      checkAfter(CatchUp.SILENCE_BOUND);
    }
  }

  /** The highest revision that the store is known to have; 0 if none is known. */
  long expected() {
    return expected.get();
  }

  /** Forgets the revisions known so far, since the store is on another history. */
  void forget() {
    expected.set(0);
  }

  /** Replaces a timer that has failed, or could not be set. To be called from time to time. */
  void recover() {
    Timer lost = timer.get();
    if (lost == null) {
      if (expected.get() > applied.getAsLong()) {
        checkAfter(CatchUp.SILENCE_BOUND);
      }
    } else if (scheduler.nanoTime() - lost.dueAt() > LOST_AFTER_NANOS
        && timer.compareAndSet(lost, null)) {
      checkNow();
    }
  }

  private void checkAfter(Duration delay) {
    if (timer.get() != null) {
      return;
    }
    Timer next = new Timer(scheduler.nanoTime() + delay.toNanos());
    if (timer.compareAndSet(null, next)) {
      boolean scheduled = false;
      try {
        scheduler.schedule(delay, () -> fire(next));
        scheduled = true;
      } finally {
        if (!scheduled) {
          timer.set(null);
        }
      }
    }
  }

  private void fire(Timer fired) {
    if (timer.compareAndSet(fired, null)) {
      checkNow();
    }
  }

  private void checkNow() {
    long revision = expected.get();
    if (revision > applied.getAsLong()) {
      checkAfter(replaceIfSilent(revision));
    }
  }

  /**
   * Ends the watch if it has been silent for too long.
   *
   * @param revision a revision that exists and was not applied a moment ago
   * @return when to check again if a revision is still missing then
   */
  private Duration replaceIfSilent(long revision) {
    AtomicReference<@Nullable WatchSession> silent = new AtomicReference<>();
    long remainingNanos =
        lock.locked(
            guarded -> {
              WatchSession session = guarded.session();
              SessionProgress progress = session == null ? null : guarded.progressOf(session);
              if (session == null || progress == null || !progress.isConfirmed()) {
                return CatchUp.SILENCE_BOUND.toNanos(); // the opening has a timeout of its own
              }
              long bound = guarded.catchUp().silenceBound().toNanos();
              long silentNanos =
                  progress.silentNanos(session.receivedBytes(), scheduler.nanoTime(), missingSince);
              silent.set(session);
              return bound - silentNanos;
            });
    WatchSession session = silent.get();
    if (session == null || remainingNanos > 0) {
      return Duration.ofNanos(remainingNanos);
    }
    session.endAsSilent(revision);
    return CatchUp.SILENCE_BOUND;
  }
}
