package io.petacore.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads of the application, of which exactly one runs at a time: the one with the baton. A
 * thread that has to wait runs events, on its own stack, until one of them wakes a thread; if that
 * is another one, it passes the baton. So everything happens in the order of the timeline, and
 * blocking code runs unchanged.
 *
 * <p>A thread may wait only while it holds no lock that an event could need. All waits of the
 * library go through {@link SimulatedScheduler}, and it holds no lock there.
 */
final class Fibers {

  /**
   * Thrown from a wait whose process has died. An error, so that application code does not catch
   * it.
   */
  @SuppressWarnings("serial")
  static final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    Killed() {
      super("the process has died", null, false, false);
    }
  }

  /** A thread of the application. */
  private static final class Fiber {
    final @Nullable Life life;
    final Runnable body;
    final Semaphore baton = new Semaphore(0);
    boolean started;
    boolean killed;
    boolean reading;
    long wait; // counts its waits, so that a late wake-up does not end a later wait

    Fiber(@Nullable Life life, Runnable body) {
      this.life = life;
      this.body = body;
    }
  }

  private static final ExecutorService THREADS = threads();

  private static final long LATENCY = 5 * Timeline.MICROSECOND;

  private final Timeline timeline;
  private final Violations violations;
  private final Set<Fiber> alive = new LinkedHashSet<>();
  private final Deque<Fiber> woken = new ArrayDeque<>(1);
  private Fiber current;
  private boolean inEvent;

  /** Creates the fibers; the calling thread has the baton first. */
  Fibers(Timeline timeline, Violations violations) {
    this.timeline = timeline;
    this.violations = violations;
    this.current = new Fiber(null, () -> {});
    this.current.started = true;
  }

  /**
   * Returns virtual threads on one carrier thread, where Java has them: passing the baton then
   * takes less than a microsecond, on a busy machine, too.
   */
  private static ExecutorService threads() {
    System.setProperty("jdk.virtualThreadScheduler.parallelism", "1");
    System.setProperty("jdk.virtualThreadScheduler.maxPoolSize", "1");
    try {
      Object virtual = Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
      return (ExecutorService) virtual;
    } catch (ReflectiveOperationException beforeJava21) {
      return Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "simulated");
            thread.setDaemon(true);
            return thread;
          });
    }
  }

  /** Runs a task on a thread like those of the application. */
  static <T> T call(Supplier<T> work) {
    return CompletableFuture.supplyAsync(work, THREADS).join();
  }

  /** Schedules the start of a thread. */
  void start(@Nullable Life life, Runnable body) {
    Fiber fiber = new Fiber(life, body);
    alive.add(fiber);
    timeline.after(timeline.about(LATENCY), life, () -> woken.add(fiber));
  }

  /** Waits until a future is done, at most for a time in nanoseconds; without bound if negative. */
  @SuppressWarnings(
      "FutureReturnValueIgnored") // an event throws nothing to the code that completes it
  boolean await(CompletableFuture<?> future, long nanos) {
    if (inEvent) {
      violations.add("the library blocks a thread of its own", new IllegalStateException());
      return future.isDone();
    }
    Fiber me = current;
    if (me.killed) {
      throw new Killed(); // once more, since the errors of an asynchronous body are caught
    }
    if (!future.isDone()) {
      long wait = me.wait;
      future.whenComplete((result, failure) -> wake(me, wait, timeline.about(LATENCY)));
      if (nanos >= 0) {
        wake(me, wait, nanos);
      }
      letGo(me);
    }
    return future.isDone();
  }

  /** Lets other threads run for a time in nanoseconds. */
  void pause(long nanos) {
    await(new CompletableFuture<>(), nanos);
  }

  /** Runs a read. A reader holds no lock, so it may wait in the middle of the read. */
  <T extends @Nullable Object> T reading(Supplier<T> read) {
    Fiber me = current;
    me.reading = true;
    try {
      return read.get();
    } finally {
      me.reading = false;
    }
  }

  /** Returns whether a thread of the application is reading. */
  boolean isReading() {
    return current.reading && !inEvent;
  }

  private void wake(Fiber fiber, long wait, long nanos) {
    timeline.after(
        nanos,
        fiber.life,
        () -> {
          if (fiber.wait == wait) {
            fiber.wait++;
            woken.add(fiber);
          }
        });
  }

  private void letGo(Fiber me) {
    if (runUntilWoken() != me) {
      handOver();
      me.baton.acquireUninterruptibly();
      current = me;
    } else {
      woken.remove();
    }
    if (me.killed) {
      throw new Killed();
    }
  }

  private @Nullable Fiber runUntilWoken() {
    inEvent = true;
    while (woken.isEmpty()) {
      step();
    }
    inEvent = false;
    return woken.peek();
  }

  private void step() {
    try {
      timeline.step();
    } catch (RuntimeException | Error thrown) {
      violations.add("an event failed", thrown);
    }
  }

  private void handOver() {
    Fiber next = woken.remove();
    if (next.started) {
      next.baton.release();
    } else {
      next.started = true;
      THREADS.execute(() -> run(next));
    }
  }

  private void run(Fiber fiber) {
    current = fiber;
    try {
      if (!fiber.killed) {
        fiber.body.run();
      }
    } catch (Killed killed) {
      // The thread has ended.
    } catch (Throwable thrown) {
      violations.add("a thread of the application ended", thrown);
    }
    alive.remove(fiber);
    runUntilWoken();
    handOver();
  }

  /** Ends the threads of a process that has died; each ends where it waits. */
  void kill(Life life) {
    for (Fiber fiber : List.copyOf(alive)) {
      if (fiber.life == life) {
        kill(fiber);
      }
    }
  }

  private void kill(Fiber fiber) {
    if (fiber.killed) {
      return; // it has already been woken to end
    }
    fiber.killed = true;
    fiber.wait++;
    if (fiber.started) {
      timeline.after(0, null, () -> woken.add(fiber));
    } else {
      alive.remove(fiber);
    }
  }

  /** Ends all threads but the caller, which has the baton. */
  void killAll() {
    Fiber me = current;
    List.copyOf(alive).stream().filter(fiber -> fiber != me).forEach(this::kill);
    while (alive.stream().anyMatch(fiber -> fiber != me)) {
      pause(Timeline.MICROSECOND);
    }
  }
}
