package io.petacore.internal.concurrent;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lock that runs steps, for their callers and for each other.
 *
 * <p><b>Combining.</b> {@link #submit} does not wait for the lock: if it is taken, its holder runs
 * the step as well (flat combining: Hendler, Incze, Shavit, Tzafrir, SPAA 2010). So hundreds of
 * threads that submit at once are served in one critical section, and none of them is parked.
 *
 * <p><b>Deferred actions.</b> No foreign code runs under the lock. A step leaves what it wants done
 * to {@link #sendAfterUnlock} and {@link #afterUnlock}; the lock keeps these actions and runs them
 * when it has been released, on the thread that ran the step, requests first. No step can forget
 * them or passes a list of them on.
 *
 * <p><b>Epilogue.</b> Each critical section ends with the same action, which does whatever has
 * become possible.
 *
 * <p><b>Inside another lock.</b> A thread that holds a lock of its own, under which the actions
 * must not run, calls {@link #runRetaining}, and {@link #flush} once it has released that lock. The
 * combining lock is acquired inside such a lock, never the other way round.
 */
public final class CombiningLock {

  private static final Logger log = LoggerFactory.getLogger(CombiningLock.class);

  /** The actions that the current thread is running. */
  private static final ThreadLocal<Queue<Runnable>> RUNNING = new ThreadLocal<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Queue<Runnable> submitted = new ConcurrentLinkedQueue<>();
  private final Runnable epilogue;

  /** The actions that wait for {@link #flush}. */
  @GuardedBy("lock")
  private DeferredActions retained = new DeferredActions();

  /** Where the running step leaves its actions. */
  @GuardedBy("lock")
  private DeferredActions current = new DeferredActions();

  /**
   * @param epilogue what ends each critical section; runs under the lock
   */
  public CombiningLock(Runnable epilogue) {
    this.epilogue = epilogue;
  }

  /** Runs a step; waits for the lock. What the step throws, the caller gets. */
  public void run(Runnable step) {
    run(step, false);
  }

  /**
   * Runs a step that returns a value; waits for the lock.
   *
   * @return what the step returned
   */
  public <T> T call(Supplier<T> step) {
    List<T> result = new ArrayList<>(1);
    run(() -> result.add(step.get()));
    return result.get(0);
  }

  /**
   * Has a step run, by this thread if the lock is free, otherwise by the thread that holds it.
   * Throws only if the step will not be run; failures of other steps are logged.
   */
  public void submit(Runnable step) {
    submitted.add(step);
    try {
      runSubmitted();
    } catch (RuntimeException | Error defect) {
      log.error("the end of a critical section failed; this is a defect", defect);
    }
  }

  /**
   * Runs a step while the caller holds another lock. The step's actions and the epilogue wait for
   * {@link #flush}, which the caller calls once it has released that lock.
   */
  public void runRetaining(Runnable step) {
    lock.lock();
    try {
      current = retained;
      step.run();
    } finally {
      lock.unlock();
    }
  }

  /** Runs the epilogue, and what {@link #runRetaining} has retained. */
  public void flush() {
    run(() -> {}, true);
  }

  /**
   * Has a request sent once the lock is free, before any other action: the server is at work while
   * futures are completed. To be called by a step.
   */
  @SuppressWarnings("GuardedBy") // the lock is held by the step, which the checker can't see
  public void sendAfterUnlock(Runnable request) {
    assertHeld();
    current.addRequest(request);
  }

  /** Has an action run once the lock is free. To be called by a step. */
  @SuppressWarnings("GuardedBy") // the lock is held by the step, which the checker can't see
  public void afterUnlock(Runnable action) {
    assertHeld();
    current.add(action);
  }

  /** Asserts that the current thread holds the lock. */
  public void assertHeld() {
    assert lock.isHeldByCurrentThread() : "the combining lock is not held";
  }

  private void run(Runnable step, boolean withRetained) {
    assert !lock.isHeldByCurrentThread() : "a step must not run another one";
    DeferredActions due = new DeferredActions();
    lock.lock();
    try {
      current = due;
      if (withRetained) {
        due.addAll(retained);
        retained = new DeferredActions();
      }
      step.run();
      finish();
    } finally {
      lock.unlock();
      try {
        perform(due); // after a failure as well: futures wait for it
      } finally {
        runSubmitted(); // of threads that found the lock taken
      }
    }
  }

  /** A step submitted after the last look here finds the lock free, or its next holder looks. */
  private void runSubmitted() {
    while (!submitted.isEmpty() && lock.tryLock()) {
      DeferredActions due = new DeferredActions();
      try {
        current = due;
        finish();
      } finally {
        lock.unlock();
        perform(due);
      }
    }
  }

  @GuardedBy("lock")
  private void finish() {
    for (Runnable step = submitted.poll(); step != null; step = submitted.poll()) {
      try {
        step.run();
      } catch (RuntimeException | Error defect) {
        log.error("a step submitted by another thread failed; this is a defect", defect);
      }
    }
    epilogue.run();
  }

  /**
   * Runs actions one after another. Actions that come up on this thread meanwhile run behind the
   * rest, not inside of them: a store that answers before its call returns would otherwise nest an
   * answer in a request in an answer.
   */
  private static void perform(DeferredActions due) {
    if (due.isEmpty()) {
      return;
    }
    Queue<Runnable> running = RUNNING.get();
    if (running != null) {
      running.addAll(due.inOrder());
      return;
    }
    Queue<Runnable> queue = new ArrayDeque<>(due.inOrder());
    RUNNING.set(queue);
    try {
      for (Runnable next = queue.poll(); next != null; next = queue.poll()) {
        performOne(next);
      }
    } finally {
      RUNNING.remove();
    }
  }

  /** One that fails must not keep the others from running: each may complete a future. */
  private static void performOne(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException | Error defect) {
      log.error("a deferred action failed; this is a defect", defect);
    }
  }
}
