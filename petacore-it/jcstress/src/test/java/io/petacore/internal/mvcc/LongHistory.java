package io.petacore.internal.mvcc;

import static io.petacore.internal.mvcc.Digits.A;
import static io.petacore.internal.mvcc.Digits.apply;
import static io.petacore.internal.mvcc.Digits.put;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Nobody who jumps back in a long chain loses a value that is freed meanwhile: he has it, or is
 * told that it is too late.
 */
@JCStressTest
@State
@Outcome(id = "(2|-1), (5|-1), 8", expect = Expect.ACCEPTABLE, desc = "there, or too late")
@Outcome(expect = Expect.FORBIDDEN, desc = "freed under the reader")
public class LongHistory {
  private static final int PINNED = 8;

  private final MvccCache cache = Digits.jumping(A);

  /** Links versions 2 to 9, which a pin of the first keeps, and lets 8 be the oldest that is. */
  public LongHistory() {
    cache.pin(1);
    for (int version = 2; version <= 9; version++) {
      apply(cache, version, put(A, version));
    }
    cache.pin(PINNED);
    cache.unpin(1);
  }

  /** The writer, who frees seven versions and ends the jumps across them. */
  @Actor
  public void write() {
    apply(cache, 10, put(A, 0));
  }

  /** Reads of the past. */
  @Actor
  public void read(III_Result seen) {
    seen.r1 = Digits.find(cache, A, 2);
    seen.r2 = Digits.find(cache, A, 5);
    seen.r3 = Digits.find(cache, A, PINNED);
  }
}
