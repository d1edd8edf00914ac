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
 * Who waits for a revision while it is applied is told, and only of that revision or a later one.
 */
@JCStressTest
@State
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "told of the one, and not of the next")
@Outcome(expect = Expect.FORBIDDEN, desc = "forgotten, or told too soon")
public class AwaitedRevision {
  private final MvccCache cache = Digits.keeping(A);
  private final CompletableFuture<?>[] waiting = new CompletableFuture<?>[2];

  /** The writer. */
  @Actor
  public void write() {
    apply(cache, 2, put(A, 2));
  }

  /** Whoever waits for it, and for one that does not come. */
  @Actor
  public void await() {
    waiting[1] = cache.whenApplied(3);
    waiting[0] = cache.whenApplied(2);
  }

  /** When both are done. */
  @Arbiter
  public void end(II_Result result) {
    result.r1 = waiting[0].isDone() ? 1 : 0;
    result.r2 = waiting[1].isDone() ? 1 : 0;
  }
}
