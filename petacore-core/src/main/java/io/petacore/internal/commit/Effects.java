package io.petacore.internal.commit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a step under the pipeline's lock wants done once the lock is free: requests to be sent,
 * outcomes to be told. Nothing foreign ever runs under the lock.
 */
final class Effects {

  private static final Logger log = LoggerFactory.getLogger(Effects.class);

  private final List<Runnable> effects = new ArrayList<>();

  void add(Runnable effect) {
    effects.add(effect);
  }

  /**
   * Has effects take place, one after another. What comes up on a thread while it is at it takes
   * place behind the rest, not inside of it: a store that answers before its call returns would
   * otherwise build a tower of calls, an answer in a request in an answer.
   */
  static final class Loop {

    private static final class Running {
      private final Queue<Runnable> queue = new ArrayDeque<>();
      private boolean now;
    }

    private final ThreadLocal<Running> running = ThreadLocal.withInitial(Running::new);

    void run(Effects due) {
      if (due.effects.isEmpty()) {
        return;
      }
      Running mine = running.get();
      mine.queue.addAll(due.effects);
      if (mine.now) {
        return;
      }
      mine.now = true;
      try {
        for (Runnable next = mine.queue.poll(); next != null; next = mine.queue.poll()) {
          runOne(next);
        }
      } finally {
        running.remove();
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
}
