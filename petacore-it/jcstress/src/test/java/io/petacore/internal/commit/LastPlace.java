package io.petacore.internal.commit;

import io.petacore.internal.concurrent.Deadline;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two want the only place of the commit limiter: one after the other has it, and gives it back. */
@JCStressTest
@State
@Outcome(id = "2, 1", expect = Expect.ACCEPTABLE, desc = "each had it, and it is free again")
@Outcome(expect = Expect.FORBIDDEN, desc = "both had it at a time, or it is lost")
public class LastPlace {
  private final CommitLimiter limiter = new CommitLimiter(1);
  private int had; // by whoever has the place

  private void have() {
    limiter.enter(Deadline.in(Duration.ofSeconds(30), System::nanoTime));
    had++;
    limiter.leave();
  }

  /** One transaction. */
  @Actor
  public void one() {
    have();
  }

  /** Another transaction. */
  @Actor
  public void other() {
    have();
  }

  /** When both are done. */
  @Arbiter
  public void end(II_Result result) {
    result.r1 = had;
    result.r2 = limiter.countFree();
  }
}
