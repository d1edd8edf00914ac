package io.petacore.internal.concurrent;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Daemon threads for tasks that may block: as many as there are tasks at a time; idle ones end
 * after a while. A task that comes after {@link #shutdown()} still runs, on a thread that ends with
 * it. Safe for use by many threads.
 */
final class WorkerThreads {

  private static final Duration IDLE_BOUND = Duration.ofSeconds(5);

  private final String name;
  private final AtomicInteger number = new AtomicInteger();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private final ThreadPoolExecutor pool;

  /**
   * @param name the prefix of the threads' names
   */
  WorkerThreads(String name) {
    this.name = name;
    this.pool =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_BOUND.toNanos(),
            TimeUnit.NANOSECONDS,
            new SynchronousQueue<>(),
            this::newThread,
            (task, shutDown) -> newThread(task).start());
  }

  private Thread newThread(Runnable task) {
    threads.removeIf(thread -> thread.getState() == Thread.State.TERMINATED);
    Thread made = new Thread(task, name + number.incrementAndGet());
    made.setDaemon(true);
    threads.add(made);
    return made;
  }

  /** Runs a task on a thread of its own. */
  void execute(Runnable task) {
    pool.execute(task);
  }

  /** Ends idle threads, now and later. */
  void shutdown() {
    pool.shutdown();
  }

  /**
   * Waits until all threads except the calling one have ended.
   *
   * @return whether they have ended within the bound
   */
  boolean awaitTermination(Duration bound) throws InterruptedException {
    long begun = System.nanoTime();
    for (Thread thread : List.copyOf(threads)) {
      if (thread != Thread.currentThread()) {
        long left = bound.toNanos() - (System.nanoTime() - begun);
        TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(left, 1));
        if (thread.isAlive()) {
          return false;
        }
      }
    }
    return true;
  }
}
