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

/** A read of an old version in a long chain returns it or fails because the snapshot is too old. */
@JCStressTest
@State
@Outcome(id = "(2|-1), (5|-1), 8", expect = Expect.ACCEPTABLE, desc = "found, or too old")
@Outcome(expect = Expect.FORBIDDEN, desc = "freed under the reader")
public class LongHistory {
  private static final int PINNED = 8;

  private final MvccCache cache = Digits.indexed(A);

  /** Links versions 2 to 9 under a pin of the first, and then pins 8 only. */
  public LongHistory() {
    cache.pin(1);
    for (int version = 2; version <= 9; version++) {
      apply(cache, version, put(A, version));
    }
    cache.pin(PINNED);
    cache.unpin(1);
  }

  /** The writer, which frees seven versions. */
  @Actor
  public void write() {
    apply(cache, 10, put(A, 0));
  }

  /** Reads of old versions. */
  @Actor
  public void read(III_Result seen) {
    seen.r1 = Digits.find(cache, A, 2);
    seen.r2 = Digits.find(cache, A, 5);
    seen.r3 = Digits.find(cache, A, PINNED);
  }
}
