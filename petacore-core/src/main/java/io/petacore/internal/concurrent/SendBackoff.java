package io.petacore.internal.concurrent;

import java.time.Duration;

/**
 * A pause in which nothing is sent, after a server could not be reached; longer each time, until a
 * request succeeds. To be used under one lock.
 */
public final class SendBackoff {

  private final Scheduler scheduler;
  private final Runnable onEnd;
  private final Backoff backoff;

  /** By the clock, so that the pause ends even if its timer fails. */
  private long until;

  private boolean paused;

  /**
   * @param onEnd runs on the scheduler when a pause has ended
   */
  public SendBackoff(Scheduler scheduler, Runnable onEnd) {
    this.scheduler = scheduler;
    this.onEnd = onEnd;
    this.backoff = Backoff.ofRequests(scheduler);
  }

  /** Whether nothing is to be sent now. */
  public boolean isPaused() {
    paused = paused && scheduler.nanoTime() - until < 0;
    return paused;
  }

  /** Begins a pause, unless there is one. */
  public void pause() {
    if (!isPaused()) {
      Duration time = backoff.next();
      until = scheduler.nanoTime() + time.toNanos();
      paused = true;
      scheduler.schedule(time, onEnd);
    }
  }

  /** A request has succeeded: the next pause is a short one again. */
  public void reset() {
    backoff.reset();
  }
}
