package io.petacore.internal.mvcc;

import static io.petacore.internal.mvcc.Digits.A;
import static io.petacore.internal.mvcc.Digits.apply;
import static io.petacore.internal.mvcc.Digits.put;

import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A waiter for a revision completes when that revision or a later one is applied, and not before.
 */
@JCStressTest
@State
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "completed at its revision")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost, or completed too early")
public class AwaitedRevision {
  private final MvccCache cache = Digits.keeping(A);
  private final CompletableFuture<?>[] waiting = new CompletableFuture<?>[2];

  /** The writer. */
  @Actor
  public void write() {
    apply(cache, 2, put(A, 2));
  }

  /** A waiter for the revision and one for a later one, which is not applied. */
  @Actor
  public void await() {
    waiting[1] = cache.whenApplied(3);
    waiting[0] = cache.whenApplied(2);
  }

  /** Runs after both actors. */
  @Arbiter
  public void end(II_Result result) {
    result.r1 = waiting[0].isDone() ? 1 : 0;
    result.r2 = waiting[1].isDone() ? 1 : 0;
  }
}
