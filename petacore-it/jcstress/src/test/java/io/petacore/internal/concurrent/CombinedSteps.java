package io.petacore.internal.concurrent;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Actions under a {@link CombiningLock}: each runs once, one at a time, on any thread; each
 * deferred action runs; and the last epilogue has seen all steps.
 */
public final class CombinedSteps {

  private CombinedSteps() {}

  /** The state that steps change, and what is left when both threads are done. */
  public abstract static class Counted {
    private final AtomicInteger actions = new AtomicInteger();
    private int steps; // under the lock
    private int seen; // under the lock

    final CombiningLock lock = new CombiningLock(() -> seen = steps);

    final void step() {
      steps++;
      lock.afterUnlock(actions::incrementAndGet);
    }

    final void report(III_Result result) {
      result.r1 = steps;
      result.r2 = actions.get();
      result.r3 = seen;
    }
  }

  /** Both find the lock free, or leave their step to the other. */
  @JCStressTest
  @State
  @Outcome(id = "2, 2, 2", expect = Expect.ACCEPTABLE, desc = "both steps and both actions ran")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a step or an action is lost")
  public static class SubmittedByBoth extends Counted {

    /** One caller. */
    @Actor
    public void one() {
      lock.submit(this::step);
    }

    /** Another caller. */
    @Actor
    public void other() {
      lock.submit(this::step);
    }

    /** When both are done. */
    @Arbiter
    public void end(III_Result result) {
      report(result);
    }
  }

  /** One waits for the lock, the other leaves its step to the holder. */
  @JCStressTest
  @State
  @Outcome(id = "2, 2, 2", expect = Expect.ACCEPTABLE, desc = "both steps and both actions ran")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a step or an action is lost")
  public static class SubmittedToARunner extends Counted {

    /** An answer of the store. */
    @Actor
    public void run() {
      lock.run(this::step);
    }

    /** A caller. */
    @Actor
    public void submit() {
      lock.submit(this::step);
    }

    /** When both are done. */
    @Arbiter
    public void end(III_Result result) {
      report(result);
    }
  }

  /** The writer of the cache retains the actions of its step, and flushes them later. */
  @JCStressTest
  @State
  @Outcome(id = "2, 2, 2", expect = Expect.ACCEPTABLE, desc = "both steps and both actions ran")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a step or an action is lost")
  public static class SubmittedToTheWriter extends Counted {

    /** The writer of the cache. */
    @Actor
    public void write() {
      lock.runRetaining(this::step);
      lock.flush();
    }

    /** A caller. */
    @Actor
    public void submit() {
      lock.submit(this::step);
    }

    /** When both are done. */
    @Arbiter
    public void end(III_Result result) {
      report(result);
    }
  }
}
