package io.petacore;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a listener of changes of state, on the application's executor, one at a time and in order.
 * A listener that throws is logged and told of the next change all the same.
 */
final class StatusNotifier {

  private static final Logger log = LoggerFactory.getLogger(StatusNotifier.class);

  private final Executor executor;
  private final Consumer<StorageStatus> listener;
  private final Queue<StorageStatus> queue = new ArrayDeque<>(); // guarded by this
  private boolean running; // guarded by this

  StatusNotifier(Executor executor, Consumer<StorageStatus> listener) {
    this.executor = executor;
    this.listener = listener;
  }

  /** Hands a status over; returns at once. */
  void tell(Supplier<StorageStatus> status) {
    synchronized (this) {
      queue.add(status.get());
      if (running) {
        return;
      }
      running = true;
    }
    try {
      executor.execute(this::drain);
    } catch (RuntimeException rejected) {
      log.warn("the executor refused to tell the status listener", rejected);
      synchronized (this) {
        running = false;
        queue.clear();
      }
    }
  }

  private void drain() {
    while (true) {
      StorageStatus next;
      synchronized (this) {
        next = queue.poll();
        if (next == null) {
          running = false;
          return;
        }
      }
      try {
        listener.accept(next);
      } catch (RuntimeException thrown) {
        log.warn("the status listener threw", thrown);
      }
    }
  }
}
