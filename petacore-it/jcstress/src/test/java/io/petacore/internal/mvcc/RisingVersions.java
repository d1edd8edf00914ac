package io.petacore.internal.mvcc;

import static io.petacore.internal.mvcc.Digits.A;
import static io.petacore.internal.mvcc.Digits.B;
import static io.petacore.internal.mvcc.Digits.apply;
import static io.petacore.internal.mvcc.Digits.put;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Consecutive reads of the newest state never go back to an earlier revision, and never return a
 * revision that is not applied yet.
 */
@JCStressTest
@State
@Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "before the revision")
@Outcome(id = "1, 1, 2", expect = Expect.ACCEPTABLE, desc = "applied before the last read")
@Outcome(id = "1, 2, 2", expect = Expect.ACCEPTABLE, desc = "applied before the second read")
@Outcome(id = "2, 2, 2", expect = Expect.ACCEPTABLE, desc = "after the revision")
@Outcome(expect = Expect.FORBIDDEN, desc = "back in time")
public class RisingVersions {
  private final MvccCache cache = Digits.keeping(A, B);

  /** The writer, which links A first. */
  @Actor
  public void write() {
    apply(cache, 2, put(A, 2), put(B, 2));
  }

  /** A reader that sees the new A must see the new B, and the new A again. */
  @Actor
  public void read(III_Result seen) {
    seen.r1 = Digits.newest(cache, A);
    seen.r2 = Digits.newest(cache, B);
    seen.r3 = Digits.newest(cache, A);
  }
}
