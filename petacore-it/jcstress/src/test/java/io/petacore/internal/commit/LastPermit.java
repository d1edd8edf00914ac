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

/** Two transactions want the only permit of the commit limiter: each holds it in turn. */
@JCStressTest
@State
@Outcome(
    id = "2, 1",
    expect = Expect.ACCEPTABLE,
    desc = "each has held it, and it is available again")
@Outcome(expect = Expect.FORBIDDEN, desc = "both held it at a time, or it is lost")
public class LastPermit {
  private final CommitLimiter limiter = new CommitLimiter(1);
  private int holders; // guarded by the permit

  private void hold() {
    limiter.acquire(Deadline.in(Duration.ofSeconds(30), System::nanoTime));
    holders++;
    limiter.release();
  }

  /** One transaction. */
  @Actor
  public void one() {
    hold();
  }

  /** Another transaction. */
  @Actor
  public void other() {
    hold();
  }

  /** When both are done. */
  @Arbiter
  public void end(II_Result result) {
    result.r1 = holders;
    result.r2 = limiter.available();
  }
}
