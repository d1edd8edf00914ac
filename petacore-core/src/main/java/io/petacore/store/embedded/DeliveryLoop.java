package io.petacore.store.embedded;

import io.petacore.store.RevisionEvents;
import io.petacore.store.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work of the store's own thread: it delivers to the watches, and ends leases when their time
 * is over.
 *
 * <p>The store's lock is held while looking what there is to do and while copying a bounded part of
 * the log, never while a listener runs. The watches take turns, a bounded part each, so that one
 * that catches up does not hold up the others.
 */
final class DeliveryLoop {
  private static final Logger LOG = LoggerFactory.getLogger(DeliveryLoop.class);

  /** What one call of a listener carries at most, so that it stays short. */
  static final int MAX_REVISIONS = 512;

  /** No further revision joins a call that carries as many events. */
  static final int MAX_EVENTS = 4096;

  /** A listener that does not return may not hang the application's shutdown for ever. */
  private static final Duration END_PATIENCE = Duration.ofSeconds(30);

  private final Thread thread = new Thread(this::run, "petacore-embedded-store");
  private final ReentrantLock lock;
  private final Condition work;
  private final KeySpace keys;
  private final Leases leases;
  private final Committer committer;
  private final LongSupplier ticker;
  private final boolean realTime;

  /** Guarded by the lock. */
  private final List<WatchFeed> feeds = new ArrayList<>();

  /** Written once, under the lock; read by any thread. */
  private volatile boolean closed;

  /**
   * @param realTime whether the ticker runs by itself, in nanoseconds of real time; else leases end
   *     when the store is called
   */
  DeliveryLoop(
      ReentrantLock lock,
      KeySpace keys,
      Leases leases,
      Committer committer,
      LongSupplier ticker,
      boolean realTime) {
    this.lock = lock;
    this.work = lock.newCondition();
    this.keys = keys;
    this.leases = leases;
    this.committer = committer;
    this.ticker = ticker;
    this.realTime = realTime;
  }

  /** To be called once. */
  void start() {
    thread.setDaemon(true);
    thread.start();
  }

  boolean isClosed() {
    return closed;
  }

  /** Adds a watch. Under the lock, and not when closed. */
  void add(WatchFeed feed) {
    feeds.add(feed);
    wake();
  }

  /**
   * How many watches are served, those included of which the end was not noticed yet. Under the
   * lock.
   */
  int watches() {
    return feeds.size();
  }

  /** There may be something to do: a new revision, a lease. Under the lock. */
  void wake() {
    work.signal();
  }

  /** Lets the thread end, after it has told every watch. Under the lock. */
  void close() {
    closed = true;
    wake();
  }

  /**
   * Waits until the thread has ended after {@link #close()}; not if it is this one. Without the
   * lock, and not cut short by an interrupt.
   */
  void awaitEnd() {
    if (Thread.currentThread() == thread) {
      return;
    }
    long deadline = System.nanoTime() + END_PATIENCE.toNanos();
    boolean interrupted = false;
    while (thread.isAlive() && deadline - System.nanoTime() > 0) {
      try {
        TimeUnit.NANOSECONDS.timedJoin(thread, deadline - System.nanoTime());
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      LOG.error("A watch listener does not return, its thread {} is left behind", thread.getName());
    }
  }

  private void run() {
    String end = "the store was closed";
    try {
      for (List<WatchFeed> due = awaitDue(); !due.isEmpty(); due = awaitDue()) {
        due.forEach(this::deliver);
      }
    } catch (Throwable thrown) {
      LOG.error("The thread of the embedded store failed; the store is closed", thrown);
      end = "the store was closed by a failure";
    } finally {
      endAll(end);
    }
  }

  /** Waits until some watches are due; none when the store was closed. */
  private List<WatchFeed> awaitDue() {
    lock.lock();
    try {
      while (!closed) {
        long now = ticker.getAsLong();
        committer.expire(now);
        feeds.removeIf(WatchFeed::isOver);
        List<WatchFeed> due = feeds.stream().filter(feed -> feed.isDue(keys.newest())).toList();
        if (!due.isEmpty()) {
          return due;
        }
        await(realTime ? leases.nanosToNext(now) : null);
      }
      return List.of();
    } finally {
      lock.unlock();
    }
  }

  @SuppressWarnings("WaitNotInLoop") // The caller loops: it looks at everything again.
  private void await(@Nullable Long nanos) {
    try {
      if (nanos == null) {
        work.await();
      } else {
        work.await(nanos, TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException e) {
      // Only a listener can have interrupted this thread, which ends by close() alone: look again.
      LOG.debug("The thread of the embedded store was interrupted, and goes on");
    }
  }

  private void deliver(WatchFeed feed) {
    StoreException gone = null;
    List<RevisionEvents> revisions = List.of();
    lock.lock();
    try {
      if (feed.next() < keys.compacted()) {
        gone = keys.compacted(feed.next());
      } else {
        revisions = keys.eventsFrom(feed.next(), MAX_REVISIONS, MAX_EVENTS);
      }
    } finally {
      lock.unlock();
    }
    if (gone == null) {
      feed.deliver(revisions);
    } else {
      feed.end(gone);
    }
  }

  private void endAll(String reason) {
    List<WatchFeed> open;
    lock.lock();
    try {
      closed = true;
      open = List.copyOf(feeds);
      feeds.clear();
    } finally {
      lock.unlock();
    }
    for (WatchFeed feed : open) {
      feed.end(new StoreException(StoreException.Kind.CLOSED, reason, null));
    }
  }
}
