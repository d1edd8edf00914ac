package io.petacore.internal.mvcc;

import static io.petacore.internal.mvcc.Digits.A;
import static io.petacore.internal.mvcc.Digits.B;
import static io.petacore.internal.mvcc.Digits.C;
import static io.petacore.internal.mvcc.Digits.apply;
import static io.petacore.internal.mvcc.Digits.delete;
import static io.petacore.internal.mvcc.Digits.put;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** Revisions are atomic: each read sees all changes of a revision or none. */
public final class WholeRevisions {

  private WholeRevisions() {}

  static void change(MvccCache cache) {
    apply(cache, 2, put(A, 2), delete(B), put(C, 2));
  }

  /** Point reads, in the reverse order of linking. */
  @JCStressTest
  @State
  @Outcome(id = "1, 1, 1, 0", expect = Expect.ACCEPTABLE, desc = "all of the first revision")
  @Outcome(id = "2, 2, 0, 2", expect = Expect.ACCEPTABLE, desc = "all of the second")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a mixture")
  public static class ByPoints {
    private final MvccCache cache = Digits.keeping(A, B);

    /** The writer. */
    @Actor
    public void write() {
      change(cache);
    }

    /** A snapshot's reads. */
    @Actor
    public void read(IIII_Result seen) {
      int timestamp = Digits.applied(cache);
      seen.r4 = Digits.find(cache, C, timestamp);
      seen.r3 = Digits.find(cache, B, timestamp);
      seen.r2 = Digits.find(cache, A, timestamp);
      seen.r1 = timestamp;
    }
  }

  /** A scan. */
  @JCStressTest
  @State
  @Outcome(id = "1, 110", expect = Expect.ACCEPTABLE, desc = "all of the first revision")
  @Outcome(id = "2, 202", expect = Expect.ACCEPTABLE, desc = "all of the second")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a mixture")
  public static class ByScan {
    private final MvccCache cache = Digits.keeping(A, B);

    /** The writer. */
    @Actor
    public void write() {
      change(cache);
    }

    /** A snapshot's scan. */
    @Actor
    public void read(II_Result seen) {
      int timestamp = Digits.applied(cache);
      seen.r2 = Digits.scan(cache, timestamp);
      seen.r1 = timestamp;
    }
  }
}
