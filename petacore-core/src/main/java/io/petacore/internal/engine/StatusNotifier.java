package io.petacore.internal.engine;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports status changes to a listener, on an executor that accepts every task, one at a time and
 * in order. If the listener throws, the exception is logged and the next change is reported all the
 * same.
 *
 * <p>At most {@link #MAX_QUEUED} reports are queued for a slow listener. A report replaces the last
 * one queued if both have the same state; beyond the bound the oldest is dropped. So the listener
 * always receives the newest status, and the others in their order.
 */
final class StatusNotifier<S> {

  private static final Logger log = LoggerFactory.getLogger(StatusNotifier.class);

  static final int MAX_QUEUED = 100;

  private final Executor executor;
  private final Function<S, Object> stateOf;
  private final Consumer<S> listener;
  private final ArrayDeque<S> queue = new ArrayDeque<>(); // guarded by this
  private boolean running; // guarded by this

  /**
   * @param executor runs every task, and does not block
   */
  StatusNotifier(Executor executor, Function<S, Object> stateOf, Consumer<S> listener) {
    this.executor = executor;
    this.stateOf = stateOf;
    this.listener = listener;
  }

  /** Queues a status, made in the order of the reports; returns at once. */
  void report(Supplier<S> status) {
    synchronized (this) {
      enqueue(status.get());
      if (running) {
        return;
      }
      running = true;
    }
    try {
      executor.execute(this::drain);
    } catch (RuntimeException | Error failed) {
      synchronized (this) {
        running = false; // the next report drains the queue
      }
      throw failed;
    }
  }

  private void enqueue(S status) {
    assert Thread.holdsLock(this);
    S last = queue.peekLast();
    if (last != null && stateOf.apply(last).equals(stateOf.apply(status))) {
      queue.removeLast();
    } else if (queue.size() == MAX_QUEUED) {
      queue.removeFirst();
    }
    queue.addLast(status);
  }

  private void drain() {
    for (S next = next(); next != null; next = next()) {
      try {
        listener.accept(next);
      } catch (RuntimeException | Error thrown) {
        log.warn("the status listener threw", thrown);
      }
    }
  }

  private synchronized @Nullable S next() {
    S next = queue.poll();
    if (next == null) {
      running = false;
    }
    return next;
  }
}
