package io.petacore.internal.concurrent;

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
 * Runs the application's code on the application's executor, and whatever that executor does, runs
 * it.
 *
 * <p><b>Hand-over.</b> {@link #execute} only puts a task on a queue, so it may be called with locks
 * held and by threads that must not block. A <em>carrier</em>, a task on a thread apart ({@link
 * Scheduler#executeBlocking}), takes tasks from the queue and gives each to the application's
 * executor. It ends when the queue is empty; so tasks that come close together cost one wake-up.
 *
 * <p><b>An executor that refuses</b>, with whatever it throws: the carrier runs the task itself. So
 * does an executor that runs tasks on the thread that calls it.
 *
 * <p><b>An executor or a task that blocks</b> its carrier for {@link #STALL_BOUND}: another carrier
 * takes over. A task that the executor has not begun by then is taken back (it is begun once,
 * wherever that happens first), and until that executor returns, carriers run tasks themselves. So
 * at most one carrier waits for the executor. There are at most {@link #MAX_CARRIERS}; when all of
 * them are blocked in the application's code, tasks wait until one returns.
 *
 * <p>A task that the executor accepted and never runs can't be known from one that it will run
 * later: such a task is lost.
 *
 * <p>Safe for use by many threads. Memory is proportional to the tasks that were not begun.
 */
public final class ApplicationExecutor implements Executor {

  private static final Logger log = LoggerFactory.getLogger(ApplicationExecutor.class);

  /** A carrier that spends so long on one task is left to it. */
  static final Duration STALL_BOUND = Duration.ofMillis(500);

  static final int MAX_CARRIERS = 32;

  private final Executor executor;
  private final Scheduler scheduler;

  /**
   * Whether tasks are given to the executor by the thread that has them, which saves a hand-over. A
   * fork-join pool queues a task or refuses it; it never blocks, nor runs the task on its caller.
   */
  private final boolean neverBlocks;

  private final Object lock = new Object();
  private final ArrayDeque<Task> queue = new ArrayDeque<>(); // guarded by lock
  private @Nullable Carrier active; // guarded by lock; the one that takes tasks from the queue
  private int carriers; // guarded by lock; including those that are left to a task
  private @Nullable Carrier waiting; // guarded by lock; the one that the executor has blocked
  private boolean looking; // guarded by lock; whether a look after the active carrier is scheduled
  private final List<CompletableFuture<@Nullable Void>> whenIdle = new ArrayList<>(); // by lock
  private volatile boolean refused; // whether the executor refused the task it was given last

  /**
   * @param executor the application's; it may refuse, block, or run tasks on its caller's thread
   * @param scheduler gives the threads and the time
   */
  public ApplicationExecutor(Executor executor, Scheduler scheduler) {
    this.executor = executor;
    this.neverBlocks = executor.getClass() == ForkJoinPool.class;
    this.scheduler = scheduler;
  }

  /** Has a task run, soon. Neither blocks nor throws; what the task throws is logged. */
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

  /** Under the lock. Returns a carrier to be run; null if none is needed or possible. */
  private @Nullable Carrier startIfNeeded() {
    if (active != null || queue.isEmpty() || carriers >= MAX_CARRIERS) {
      return null;
    }
    Carrier started = new Carrier();
    active = started;
    carriers++;
    return started;
  }

  /** Not under the lock. */
  private void run(@Nullable Carrier started) {
    if (started == null) {
      return;
    }
    try {
      lookLater();
      scheduler.executeBlocking(started);
    } catch (RuntimeException | Error noThread) {
      log.error("no thread could be started to complete transactions on; trying again", noThread);
      synchronized (lock) {
        active = null;
        carriers--;
      }
    }
  }

  private void lookLater() {
    synchronized (lock) {
      if (!looking) {
        scheduler.schedule(STALL_BOUND, this::look);
        looking = true;
      }
    }
  }

  /** Leaves a carrier that has stalled to its task, and has another take over. */
  private void look() {
    Carrier started;
    boolean again;
    synchronized (lock) {
      looking = false;
      Carrier stalled = active;
      if (stalled != null && stalled.hasStalled()) {
        active = null;
        takeBack(stalled);
      }
      started = startIfNeeded();
      again = active != null || !queue.isEmpty();
    }
    if (again) {
      lookLater();
    }
    run(started);
    completeIfIdle();
  }

  /** Under the lock. */
  private void takeBack(Carrier stalled) {
    Task task = stalled.offered;
    if (task == null || task.runner == stalled.thread) {
      return; // it is the task that takes its time
    }
    waiting = stalled;
    log.warn(
        "the application's executor has blocked for {}: until it returns, its tasks run on a"
            + " thread of the library",
        STALL_BOUND);
    if (task.runner == null) {
      queue.addFirst(task);
    }
  }

  /**
   * Completes when every task given so far has begun, or is the executor's. What is chained must
   * neither block nor run application code.
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

  /** Work that is begun once, by whoever comes first. */
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
    private @Nullable Thread thread; // guarded by lock
    private @Nullable Task offered; // guarded by lock; what the executor is being given
    private boolean busy; // guarded by lock
    private long since; // guarded by lock

    /** Under the lock. */
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
        direct = waiting != null;
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

    /** Under the lock. */
    private void end() {
      carriers--;
      if (active == this) {
        active = null;
      }
      if (waiting == this) {
        waiting = null;
      }
    }

    /** Under the lock. The next task; null when this carrier ends. */
    private @Nullable Task next() {
      busy = false;
      offered = null;
      if (waiting == this) {
        waiting = null;
      }
      if (active == null) {
        active = this; // it was left to a task, which has ended, and nobody has taken over
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
