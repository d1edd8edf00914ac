package io.petacore.internal.feed;

import io.petacore.internal.concurrent.Scheduler;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Distributes what was published, and hands subscriptions with something to deliver over to the
 * application's executors, on a scheduler of its own: so the cache's writer neither looks for
 * subscriptions nor calls an executor, and wakes a thread at most once for a burst of revisions.
 * Safe for use by many threads.
 */
final class Dispatcher {

  private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);

  private final Scheduler scheduler;
  private final Publications publications;
  private final Consumer<Throwable> onFailure;
  private final Queue<FeedSubscription> ready = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean running = new AtomicBoolean();
  private volatile boolean closed;

  /**
   * @param onFailure called if a revision could not be distributed
   */
  Dispatcher(Scheduler scheduler, Publications publications, Consumer<Throwable> onFailure) {
    this.scheduler = scheduler;
    this.publications = publications;
    this.onFailure = onFailure;
  }

  /** Adds a subscription to be handed over by the next {@link #wake}. */
  void add(FeedSubscription subscription) {
    ready.add(subscription);
  }

  /** Distributes and hands over soon what was added. Neither blocks nor throws. */
  void wake() {
    if (closed) {
      handOver();
      return;
    }
    if (isIdle() || !running.compareAndSet(false, true)) {
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

  private boolean isIdle() {
    return ready.isEmpty() && publications.isEmpty();
  }

  private void distribute() {
    try {
      publications.distribute();
    } catch (RuntimeException | Error failed) {
      onFailure.accept(failed);
    }
  }

  private void handOver() {
    for (FeedSubscription next = ready.poll(); next != null; next = ready.poll()) {
      next.handOver();
    }
  }

  private void run() {
    do {
      try {
        distribute();
        handOver();
      } finally {
        running.set(false);
      }
    } while (!isIdle() && running.compareAndSet(false, true));
  }
}
