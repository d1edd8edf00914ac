package io.petacore.internal.commit;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Of the combining lock: each step is taken once, one at a time, whoever takes it; each effect
 * takes place; and what ends a step has seen the last of them.
 */
public final class DeferredSteps {

  private DeferredSteps() {}

  /** What steps change, and what has become of them when both threads are done. */
  public abstract static class Counted {
    private final AtomicInteger told = new AtomicInteger();
    private int taken; // under the lock
    private int seen; // under the lock

    final CombiningLock steps = new CombiningLock(effects -> seen = taken);

    final void step(DeferredActions effects) {
      taken++;
      effects.tell(told::incrementAndGet);
    }

    final void report(III_Result result) {
      result.r1 = taken;
      result.r2 = told.get();
      result.r3 = seen;
    }
  }

  /** Both find the lock free, or leave their step to the other. */
  @JCStressTest
  @State
  @Outcome(id = "2, 2, 2", expect = Expect.ACCEPTABLE, desc = "nothing is left behind")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a step or an effect is lost")
  public static class OfferedByBoth extends Counted {

    /** One caller. */
    @Actor
    public void one() {
      steps.offer(this::step);
    }

    /** Another caller. */
    @Actor
    public void other() {
      steps.offer(this::step);
    }

    /** What has become of both. */
    @Arbiter
    public void end(III_Result result) {
      report(result);
    }
  }

  /** One waits for the lock, the other leaves its step to the one that has it. */
  @JCStressTest
  @State
  @Outcome(id = "2, 2, 2", expect = Expect.ACCEPTABLE, desc = "nothing is left behind")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a step or an effect is lost")
  public static class OfferedToATaker extends Counted {

    /** An answer of the store. */
    @Actor
    public void take() {
      steps.take(this::step);
    }

    /** A caller. */
    @Actor
    public void offer() {
      steps.offer(this::step);
    }

    /** What has become of both. */
    @Arbiter
    public void end(III_Result result) {
      report(result);
    }
  }

  /** The writer of the cache holds its step's effects back, and lets them go without its lock. */
  @JCStressTest
  @State
  @Outcome(id = "2, 2, 2", expect = Expect.ACCEPTABLE, desc = "nothing is left behind")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a step or an effect is lost")
  public static class OfferedToTheWriter extends Counted {

    /** The writer of the cache. */
    @Actor
    public void write() {
      steps.takeHoldingBack(this::step);
      steps.letGo();
    }

    /** A caller. */
    @Actor
    public void offer() {
      steps.offer(this::step);
    }

    /** What has become of both. */
    @Arbiter
    public void end(III_Result result) {
      report(result);
    }
  }
}
