package io.petacore.testkit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.petacore.store.RevisionEvents;
import io.petacore.store.StoreException;
import io.petacore.store.Watch;
import io.petacore.store.WatchListener;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A watch whose events can be delayed, and which can be broken off. Calls of the node's listener
 * are made under this object's monitor, so one at a time.
 *
 * <p>Delayed calls are queued, and each has one task of the timer, which makes the first call of
 * the queue: so they keep their order when the delay changes.
 */
final class FaultyWatch implements Watch, WatchListener {
  private final FaultyStore store;
  private final WatchListener listener;

  @GuardedBy("this")
  private final Queue<Runnable> delayed = new ArrayDeque<>();

  private volatile @Nullable Watch inner;
  private volatile boolean over;

  FaultyWatch(FaultyStore store, WatchListener listener) {
    this.store = store;
    this.listener = listener;
  }

  /** Opens the watch of the store behind this one. */
  void open(Function<WatchListener, Watch> opener) {
    Watch opened = opener.apply(this);
    inner = opened;
    if (over) {
      opened.close();
    }
  }

  /** Ends the watch; its listener learns of it on the timer's thread. */
  void breakOff(StoreException cause) {
    if (stop()) {
      store.timer().after(Duration.ZERO, () -> end(cause));
    }
  }

  /** Returns when no event is being delivered. */
  synchronized void awaitDelivery() {
    // The delivering thread holds the monitor.
  }

  private synchronized void end(StoreException cause) {
    listener.onEnd(cause);
  }

  @Override
  public void onOpened() {
    deliver(listener::onOpened);
  }

  @Override
  public void onRevisions(List<RevisionEvents> revisions) {
    deliver(() -> listener.onRevisions(revisions));
  }

  @Override
  public void onEnd(StoreException cause) {
    deliver(
        () -> {
          if (stop()) {
            listener.onEnd(cause);
          }
        });
  }

  private synchronized void deliver(Runnable call) {
    Duration delay = store.currentDelay();
    if (delay.isZero() && delayed.isEmpty()) {
      if (!over) {
        call.run();
      }
      return;
    }
    delayed.add(call);
    store.timer().after(delay, this::deliverFirst);
  }

  /** Delivers what was delayed without waiting any longer. */
  void hurry() {
    store.timer().after(Duration.ZERO, this::deliverDelayed);
  }

  private synchronized void deliverDelayed() {
    while (!delayed.isEmpty()) {
      deliverFirst();
    }
  }

  private synchronized void deliverFirst() {
    Runnable call = delayed.poll();
    if (call == null || over) {
      return;
    }
    try {
      call.run();
    } catch (RuntimeException e) {
      // As a store does: what a listener throws ends its watch.
      breakOff(StoreException.of(e));
    }
  }

  /** Returns whether this call has ended the watch. */
  private boolean stop() {
    boolean first = store.remove(this);
    over = true;
    Watch watch = inner;
    if (watch != null) {
      watch.close();
    }
    return first;
  }

  @Override
  public long receivedBytes() {
    Watch watch = inner;
    return watch == null ? 0 : watch.receivedBytes();
  }

  @Override
  public void close() {
    stop();
  }
}
