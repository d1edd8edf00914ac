package io.petacore.internal.commit;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one lock of the pipeline, and how it is used: a step changes state under it, lets go on
 * whoever can, and leaves its {@link DeferredActions} to take place when the lock is free.
 *
 * <p>Callers with a commit do not queue for the lock, they leave it to whoever has it (flat
 * combining: Hendler, Incze, Shavit, Tzafrir, SPAA 2010). So hundreds of threads that commit at
 * once are taken in together, and none of them is put to sleep by the lock.
 *
 * <p>The lock is taken inside the cache's writer lock, never the other way round.
 */
final class CombiningLock {

  private static final Logger log = LoggerFactory.getLogger(CombiningLock.class);

  /** The effects that a thread has begun on. */
  private static final ThreadLocal<Queue<Runnable>> UNDER_WAY = new ThreadLocal<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Queue<Consumer<DeferredActions>> offered = new ConcurrentLinkedQueue<>();
  private final Consumer<DeferredActions> goOn;

  /** What the writer's lock holds back. Guarded by the lock. */
  private DeferredActions heldBack = new DeferredActions();

  /**
   * @param goOn what ends every step: lets go on whoever can, after whatever has changed
   */
  CombiningLock(Consumer<DeferredActions> goOn) {
    this.goOn = goOn;
  }

  /** Takes a step, when the lock is free. */
  void take(Consumer<DeferredActions> step) {
    DeferredActions effects = new DeferredActions();
    lock.lock();
    try {
      step.accept(effects);
      finish(effects);
    } finally {
      lock.unlock();
      try {
        run(effects); // after a defect too: outcomes that were settled must be told
      } finally {
        takeOffered(); // those who found the lock taken left theirs to its holder
      }
    }
  }

  /**
   * Has a step taken, by this thread if the lock is free, or else by the one that has it. Throws
   * only if it never will be: what goes wrong with other steps is not the caller's failure.
   */
  void offer(Consumer<DeferredActions> step) {
    offered.add(step);
    try {
      takeOffered();
    } catch (RuntimeException | Error defect) {
      log.error("the commit pipeline could not go on; this is a defect", defect);
    }
  }

  /** Takes a step under a lock of the caller's, who calls {@link #letGo} when that is free. */
  void takeHoldingBack(Consumer<DeferredActions> step) {
    lock.lock();
    try {
      step.accept(heldBack);
    } finally {
      lock.unlock();
    }
  }

  /** Lets go on whoever can, and what was held back take place. */
  void letGo() {
    take(
        effects -> {
          heldBack.inOrder().forEach(effects::tell);
          heldBack = new DeferredActions();
        });
  }

  /**
   * Whoever offers a step after the last look here finds the lock free, or its new holder looks.
   */
  private void takeOffered() {
    while (!offered.isEmpty() && lock.tryLock()) {
      DeferredActions effects = new DeferredActions();
      try {
        finish(effects);
      } finally {
        lock.unlock();
        run(effects);
      }
    }
  }

  /** Under the lock. */
  private void finish(DeferredActions effects) {
    for (Consumer<DeferredActions> step = offered.poll(); step != null; step = offered.poll()) {
      try {
        step.accept(effects);
      } catch (RuntimeException | Error defect) {
        log.error("a step that another thread has left failed; this is a defect", defect);
      }
    }
    goOn.accept(effects);
  }

  /**
   * Has effects take place, one after another. What comes up on a thread while it is at it takes
   * place behind the rest, not inside of it: a store that answers before its call returns would
   * otherwise build a tower of calls, an answer in a request in an answer.
   */
  private void run(DeferredActions due) {
    if (due.areNone()) {
      return;
    }
    Queue<Runnable> running = UNDER_WAY.get();
    if (running != null) {
      running.addAll(due.inOrder());
      return;
    }
    Queue<Runnable> queue = new ArrayDeque<>(due.inOrder());
    UNDER_WAY.set(queue);
    try {
      for (Runnable next = queue.poll(); next != null; next = queue.poll()) {
        runOne(next);
      }
    } finally {
      UNDER_WAY.remove();
    }
  }

  /** None that fails may hide the others: each may be an outcome that somebody waits for. */
  private static void runOne(Runnable effect) {
    try {
      effect.run();
    } catch (RuntimeException | Error defect) {
      log.error("an effect of the commit pipeline failed; this is a defect", defect);
    }
  }
}
