package io.petacore.internal.feed;

import io.petacore.internal.concurrent.Scheduler;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands subscriptions with something to deliver over to the application's executors, on the
 * scheduler: so the cache's writer never calls an executor, and wakes a thread at most once for all
 * subscriptions that a burst of revisions concerns. Safe for use by many threads.
 */
final class Dispatcher {

  private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);

  private final Scheduler scheduler;
  private final Queue<FeedSubscription> ready = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean running = new AtomicBoolean();
  private volatile boolean closed;

  Dispatcher(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /** Adds a subscription to be handed over by the next {@link #wake}. */
  void add(FeedSubscription subscription) {
    ready.add(subscription);
  }

  /** Hands over soon what was added. Neither blocks nor throws. */
  void wake() {
    if (closed) {
      handOver();
      return;
    }
    if (ready.isEmpty() || !running.compareAndSet(false, true)) {
      return;
    }
    try {
      scheduler.execute(this::run);
    } catch (RuntimeException | Error failed) {
      running.set(false);
      log.error("subscriptions could not be dispatched; the next change tries again", failed);
    }
  }

  /** Does without the scheduler, which is about to be shut down, now and from now on. */
  void close() {
    closed = true;
    handOver();
  }

  private void handOver() {
    for (FeedSubscription next = ready.poll(); next != null; next = ready.poll()) {
      next.handOver();
    }
  }

  private void run() {
    do {
      try {
        handOver();
      } finally {
        running.set(false);
      }
    } while (!ready.isEmpty() && running.compareAndSet(false, true));
  }
}
