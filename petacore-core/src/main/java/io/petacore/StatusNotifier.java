package io.petacore;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports status changes to a listener, on an executor that takes every task, one at a time and in
 * order. A listener that throws is logged and told of the next change all the same.
 *
 * <p>At most {@link #MAX_WAITING} reports wait for a listener that takes its time. A report of a
 * state replaces one of the same state that waits just before it; beyond the bound the oldest is
 * dropped. So the listener always hears of the newest status, and of others in their order.
 */
final class StatusNotifier {

  private static final Logger log = LoggerFactory.getLogger(StatusNotifier.class);

  static final int MAX_WAITING = 100;

  private final Executor executor;
  private final Consumer<StorageStatus> listener;
  private final ArrayDeque<StorageStatus> queue = new ArrayDeque<>(); // guarded by this
  private boolean running; // guarded by this

  /**
   * @param executor runs every task, and does not block
   */
  StatusNotifier(Executor executor, Consumer<StorageStatus> listener) {
    this.executor = executor;
    this.listener = listener;
  }

  /** Hands a status over; returns at once. */
  void tell(Supplier<StorageStatus> status) {
    synchronized (this) {
      add(status.get());
      if (running) {
        return;
      }
      running = true;
    }
    try {
      executor.execute(this::drain);
    } catch (RuntimeException | Error failed) {
      synchronized (this) {
        running = false; // the next status takes this one along
      }
      throw failed;
    }
  }

  /** Under the lock. */
  private void add(StorageStatus status) {
    StorageStatus last = queue.peekLast();
    if (last != null && last.state() == status.state()) {
      queue.removeLast();
    } else if (queue.size() == MAX_WAITING) {
      queue.removeFirst();
    }
    queue.addLast(status);
  }

  private void drain() {
    for (StorageStatus next = next(); next != null; next = next()) {
      try {
        listener.accept(next);
      } catch (RuntimeException | Error thrown) {
        log.warn("the status listener threw", thrown);
      }
    }
  }

  private synchronized @Nullable StorageStatus next() {
    StorageStatus next = queue.poll();
    if (next == null) {
      running = false;
    }
    return next;
  }
}
