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
 * The loop of the store's thread, which delivers revisions to watches and expires leases.
 *
 * <p>The store's lock is held to determine which watches are due and to copy a bounded part of the
 * log, but never while a listener runs. Each watch in turn gets a bounded number of revisions, so
 * that a watch that catches up does not delay the others.
 */
final class DeliveryLoop {
  private static final Logger LOG = LoggerFactory.getLogger(DeliveryLoop.class);

  /** The maximum number of revisions per call of a listener. */
  static final int MAX_REVISIONS = 512;

  /** A call of a listener gets no further revision once it has this many events. */
  static final int MAX_EVENTS = 4096;

  /** The maximum time that {@link #awaitEnd} waits for a listener to return. */
  private static final Duration END_TIMEOUT = Duration.ofSeconds(30);

  private final Thread thread = new Thread(this::run, "petacore-embedded-store");
  private final ReentrantLock lock;
  private final Condition work;
  private final KeySpace keys;
  private final Leases leases;
  private final Committer committer;
  private final LongSupplier ticker;
  private final boolean realTime;

  private final List<EmbeddedWatch> watches = new ArrayList<>(); // under the lock

  /** Written under the lock, read without it. */
  private volatile boolean closed;

  /**
   * @param realTime whether the ticker advances in real time; otherwise leases expire only when the
   *     store is called
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

  /** Starts the thread. Must be called once. */
  void start() {
    thread.setDaemon(true);
    thread.start();
  }

  boolean isClosed() {
    return closed;
  }

  /** Adds a watch; the loop must not be closed. Under the lock. */
  void add(EmbeddedWatch watch) {
    assert lock.isHeldByCurrentThread();
    watches.add(watch);
    wake();
  }

  /** The number of watches, including ended ones that are not removed yet. Under the lock. */
  int watches() {
    assert lock.isHeldByCurrentThread();
    return watches.size();
  }

  /** Wakes the thread after a new revision or a change of leases. Under the lock. */
  void wake() {
    work.signal(); // fails unless the lock is held
  }

  /** Ends the thread after it has ended every watch. Under the lock. */
  void close() {
    closed = true;
    wake();
  }

  /**
   * Waits until the thread has terminated after {@link #close()}; returns immediately if called by
   * that thread. Must be called without the lock; an interrupt does not end the wait.
   */
  void awaitEnd() {
    if (Thread.currentThread() == thread) {
      return;
    }
    long deadline = System.nanoTime() + END_TIMEOUT.toNanos();
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
      LOG.error("A watch listener does not return; abandoning thread {}", thread.getName());
    }
  }

  private void run() {
    String end = "the store was closed";
    try {
      for (List<EmbeddedWatch> due = awaitDue(); !due.isEmpty(); due = awaitDue()) {
        due.forEach(this::deliver);
      }
    } catch (Throwable thrown) {
      LOG.error("The thread of the embedded store failed; the store is closed", thrown);
      end = "the store was closed by a failure";
    } finally {
      endAll(end);
    }
  }

  /** Waits for watches that are due; returns none if the store was closed. */
  private List<EmbeddedWatch> awaitDue() {
    lock.lock();
    try {
      while (!closed) {
        long now = ticker.getAsLong();
        committer.expire(now);
        watches.removeIf(EmbeddedWatch::isOver);
        List<EmbeddedWatch> due =
            watches.stream().filter(watch -> watch.isDue(keys.newest())).toList();
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

  @SuppressWarnings("WaitNotInLoop") // The caller loops and re-evaluates all conditions.
  private void await(@Nullable Long nanos) {
    try {
      if (nanos == null) {
        work.await();
      } else {
        work.await(nanos, TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException e) {
      // Only a listener can interrupt this thread, which ends by close() only.
      LOG.debug("The thread of the embedded store was interrupted; the interrupt is ignored");
    }
  }

  private void deliver(EmbeddedWatch watch) {
    StoreException gone = null;
    List<RevisionEvents> revisions = List.of();
    lock.lock();
    try {
      if (watch.next() < keys.compacted()) {
        gone = keys.compacted(watch.next());
      } else {
        revisions = keys.eventsFrom(watch.next(), MAX_REVISIONS, MAX_EVENTS);
      }
    } finally {
      lock.unlock();
    }
    if (gone == null) {
      watch.deliver(revisions);
    } else {
      watch.end(gone);
    }
  }

  private void endAll(String reason) {
    List<EmbeddedWatch> open;
    lock.lock();
    try {
      closed = true;
      open = List.copyOf(watches);
      watches.clear();
    } finally {
      lock.unlock();
    }
    for (EmbeddedWatch watch : open) {
      watch.end(new StoreException(StoreException.Kind.CLOSED, reason, null));
    }
  }
}
