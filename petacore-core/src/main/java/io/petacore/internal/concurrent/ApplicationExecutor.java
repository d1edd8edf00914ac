package io.petacore.internal.concurrent;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs application code on the application's executor, and runs it even if that executor refuses or
 * blocks.
 *
 * <p><b>Hand-over.</b> {@link #execute} only adds a task to a queue, so it may be called with locks
 * held and by threads that must not block. A <em>carrier</em>, a task on a thread of its own
 * ({@link Scheduler#executeBlocking}), takes tasks from the queue and gives each to the
 * application's executor. It ends when the queue is empty; so tasks that come close together cost
 * one wake-up.
 *
 * <p><b>An executor that refuses</b> a task, by throwing anything: the carrier runs the task
 * itself. An executor that runs tasks on the calling thread has the same effect.
 *
 * <p><b>An executor or a task that blocks</b> its carrier for {@link #STALL_BOUND}: another carrier
 * takes over. A task that the executor has not begun by then is taken back (each task is begun
 * once), and until that executor returns, carriers run tasks themselves. So at most one carrier is
 * blocked by the executor. There are at most {@link #MAX_CARRIERS}; when all of them are blocked in
 * application code, tasks wait until one returns.
 *
 * <p>A task that the executor accepts and never runs can't be distinguished from one that it will
 * run later: such a task is lost.
 *
 * <p>Safe for use by many threads. Memory is proportional to the tasks that were not begun.
 */
public final class ApplicationExecutor implements Executor {

  private static final Logger log = LoggerFactory.getLogger(ApplicationExecutor.class);

  /** A carrier that spends so long on one task is replaced. */
  static final Duration STALL_BOUND = Duration.ofMillis(500);

  static final int MAX_CARRIERS = 32;

  private final Executor executor;
  private final Scheduler scheduler;

  /**
   * Whether tasks are given to the executor by the calling thread, which saves a hand-over. A
   * fork-join pool queues a task or refuses it; it never blocks, nor runs the task on its caller.
   */
  private final boolean neverBlocks;

  private final Object lock = new Object();

  @GuardedBy("lock")
  private final ArrayDeque<Task> queue = new ArrayDeque<>();

  /** The carrier that takes tasks from the queue. */
  @GuardedBy("lock")
  private @Nullable Carrier active;

  /** The number of carriers, including replaced ones. */
  @GuardedBy("lock")
  private int carriers;

  /** The carrier that the executor has blocked. */
  @GuardedBy("lock")
  private @Nullable Carrier blocked;

  /** Whether a check of the active carrier is scheduled. */
  @GuardedBy("lock")
  private boolean checkScheduled;

  @GuardedBy("lock")
  private final List<CompletableFuture<@Nullable Void>> whenIdle = new ArrayList<>();

  private volatile boolean refused; // whether the executor has refused the last task

  /**
   * @param executor the application's; it may refuse, block, or run tasks on its caller's thread
   * @param scheduler gives the threads and the time
   */
  public ApplicationExecutor(Executor executor, Scheduler scheduler) {
    this.executor = executor;
    this.neverBlocks = executor.getClass() == ForkJoinPool.class;
    this.scheduler = scheduler;
  }

  /** Runs a task soon. Neither blocks nor throws; what the task throws is logged. */
  @Override
  public void execute(Runnable work) {
    Task task = new Task(work);
    if (neverBlocks && accepts(task)) {
      return;
    }
    Carrier started;
    synchronized (lock) {
      queue.add(task);
      started = startIfNeeded();
    }
    run(started);
  }

  /** Gives a task to the executor from this thread; false if it was refused. */
  private boolean accepts(Task task) {
    try {
      executor.execute(task);
      return true;
    } catch (RuntimeException | Error refusal) {
      return false; // reported when a carrier is refused as well
    }
  }

  /** Returns a carrier to be run; null if none is needed or possible. */
  @GuardedBy("lock")
  private @Nullable Carrier startIfNeeded() {
    if (active != null || queue.isEmpty() || carriers >= MAX_CARRIERS) {
      return null;
    }
    Carrier started = new Carrier();
    active = started;
    carriers++;
    return started;
  }

  /** Runs a carrier. To be called without the lock. */
  private void run(@Nullable Carrier started) {
    if (started == null) {
      return;
    }
    try {
      scheduleCheck();
      scheduler.executeBlocking(started);
    } catch (RuntimeException | Error noThread) {
      log.error("no thread could be started to complete transactions on; trying again", noThread);
      synchronized (lock) {
        active = null;
        carriers--;
      }
    }
  }

  private void scheduleCheck() {
    synchronized (lock) {
      if (!checkScheduled) {
        scheduler.schedule(STALL_BOUND, this::check);
        checkScheduled = true;
      }
    }
  }

  /** Replaces the active carrier if it has stalled. */
  private void check() {
    Carrier started;
    boolean again;
    synchronized (lock) {
      checkScheduled = false;
      Carrier stalled = active;
      if (stalled != null && stalled.hasStalled()) {
        active = null;
        takeBack(stalled);
      }
      started = startIfNeeded();
      again = active != null || !queue.isEmpty();
    }
    if (again) {
      scheduleCheck();
    }
    run(started);
    completeIfIdle();
  }

  @GuardedBy("lock")
  private void takeBack(Carrier stalled) {
    Task task = stalled.offered;
    if (task == null || task.runner == stalled.thread) {
      return; // the task takes long, not the executor
    }
    blocked = stalled;
    log.warn(
        "the application's executor has blocked for {}: until it returns, its tasks run on a"
            + " thread of the library",
        STALL_BOUND);
    if (task.runner == null) {
      queue.addFirst(task);
    }
  }

  /**
   * Completes when every task so far has begun, or was accepted by the executor. What is chained to
   * the future must neither block nor run application code.
   */
  public CompletableFuture<@Nullable Void> whenIdle() {
    CompletableFuture<@Nullable Void> idle = new CompletableFuture<>();
    synchronized (lock) {
      whenIdle.add(idle);
    }
    completeIfIdle();
    return idle;
  }

  private void completeIfIdle() {
    List<CompletableFuture<@Nullable Void>> idle;
    synchronized (lock) {
      Task offered = active == null ? null : active.offered;
      if (whenIdle.isEmpty() || !queue.isEmpty() || (offered != null && offered.runner == null)) {
        return;
      }
      idle = List.copyOf(whenIdle);
      whenIdle.clear();
    }
    idle.forEach(future -> future.complete(null));
  }

  /** Work that is begun once, by the first thread that runs it. */
  private static final class Task implements Runnable {
    private final Runnable work;
    private final AtomicBoolean begun = new AtomicBoolean();
    private volatile @Nullable Thread runner; // null if it has not begun

    Task(Runnable work) {
      this.work = work;
    }

    @Override
    public void run() {
      if (!begun.compareAndSet(false, true)) {
        return;
      }
      runner = Thread.currentThread();
      try {
        work.run();
      } catch (RuntimeException | Error thrown) {
        log.error("a task on the application's executor failed", thrown);
      }
    }
  }

  /** Takes tasks from the queue until it is empty, or another carrier has taken over. */
  private final class Carrier implements Runnable {
    // Guarded by the lock. The checker can't see that all carriers have the same one.
    private @Nullable Thread thread;
    private @Nullable Task offered; // the task that the executor is being given
    private boolean busy;
    private long since;

    /** To be called with the lock held. */
    boolean hasStalled() {
      return busy && scheduler.nanoTime() - since >= STALL_BOUND.toNanos();
    }

    @Override
    public void run() {
      try {
        while (carryOne()) {
          // The next one.
        }
      } catch (RuntimeException | Error defect) {
        log.error("a task could not be given to the application's executor", defect);
        ApplicationExecutor.this.run(replace());
      }
    }

    private boolean carryOne() {
      Task task;
      boolean direct;
      synchronized (lock) {
        task = next();
        direct = blocked != null;
        offered = direct ? null : task;
      }
      if (task == null) {
        completeIfIdle();
        return false;
      }
      if (direct) {
        task.run();
      } else {
        offer(task);
      }
      return true;
    }

    private @Nullable Carrier replace() {
      synchronized (lock) {
        end();
        return startIfNeeded();
      }
    }

    @GuardedBy("lock")
    private void end() {
      carriers--;
      if (active == this) {
        active = null;
      }
      if (blocked == this) {
        blocked = null;
      }
    }

    /** Returns the next task; null when this carrier ends. */
    @GuardedBy("lock")
    private @Nullable Task next() {
      busy = false;
      offered = null;
      if (blocked == this) {
        blocked = null;
      }
      if (active == null) {
        active = this; // it was replaced, its task has ended, and no other has taken over
      }
      Task next = active == this ? queue.poll() : null;
      if (next == null) {
        end();
        return null;
      }
      thread = Thread.currentThread();
      busy = true;
      since = scheduler.nanoTime();
      return next;
    }

    private void offer(Task task) {
      try {
        executor.execute(task);
        refused = false;
      } catch (RuntimeException | Error thrown) {
        if (!refused) {
          refused = true;
          log.warn(
              "the application's executor refuses tasks: they run on a thread of the library",
              thrown);
        }
        task.run();
      }
    }
  }
}
