package io.petacore.internal.mvcc;

import static io.petacore.internal.mvcc.Digits.A;
import static io.petacore.internal.mvcc.Digits.B;
import static io.petacore.internal.mvcc.Digits.apply;
import static io.petacore.internal.mvcc.Digits.delete;
import static io.petacore.internal.mvcc.Digits.put;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A read of versions that are freed returns them or fails because the snapshot is too old. A is
 * overwritten; B is deleted and leaves the indexes.
 */
public final class FreedHistory {

  private static final int VERSION = 1;

  private FreedHistory() {}

  static void supersede(MvccCache cache) {
    apply(cache, 2, put(A, 2), delete(B));
  }

  /** Point reads of a state that is freed. */
  @JCStressTest
  @State
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "both were kept")
  @Outcome(id = "-?1, -1", expect = Expect.ACCEPTABLE, desc = "snapshot too old")
  @Outcome(expect = Expect.FORBIDDEN, desc = "freed under the reader")
  public static class ByPoints {
    private final MvccCache cache = Digits.freeing(A, B);

    /** The writer. */
    @Actor
    public void write() {
      supersede(cache);
    }

    /** A snapshot's reads. */
    @Actor
    public void read(II_Result seen) {
      seen.r1 = Digits.find(cache, A, VERSION);
      seen.r2 = Digits.find(cache, B, VERSION);
    }
  }

  /** A scan of a state that is freed. */
  @JCStressTest
  @State
  @Outcome(id = "110", expect = Expect.ACCEPTABLE, desc = "both were kept")
  @Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "snapshot too old")
  @Outcome(expect = Expect.FORBIDDEN, desc = "freed under the reader")
  public static class ByScan {
    private final MvccCache cache = Digits.freeing(A, B);

    /** The writer. */
    @Actor
    public void write() {
      supersede(cache);
    }

    /** A snapshot's scan. */
    @Actor
    public void read(I_Result seen) {
      seen.r1 = Digits.scan(cache, VERSION);
    }
  }

  /** A read of the newest state, which never fails. */
  @JCStressTest
  @State
  @Outcome(id = "[123]", expect = Expect.ACCEPTABLE, desc = "one of its values")
  @Outcome(expect = Expect.FORBIDDEN, desc = "the key is never absent")
  public static class Newest {
    private final MvccCache cache = Digits.freeing(A);

    /** The writer. */
    @Actor
    public void write() {
      apply(cache, 2, put(A, 2));
      apply(cache, 3, put(A, 3));
    }

    /** A single read. */
    @Actor
    public void read(I_Result seen) {
      seen.r1 = Digits.newest(cache, A);
    }
  }

  /** Reads of a pinned snapshot never fail. */
  @JCStressTest
  @State
  @Outcome(id = "1, 110", expect = Expect.ACCEPTABLE, desc = "pinned, and kept")
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "the pin was refused")
  @Outcome(expect = Expect.FORBIDDEN, desc = "freed in spite of the pin")
  public static class Pinned {
    private final MvccCache cache = Digits.freeing(A, B);

    /** The writer. */
    @Actor
    public void write() {
      supersede(cache);
    }

    /** Pins and reads a snapshot. */
    @Actor
    public void read(II_Result seen) {
      if (cache.pin(VERSION)) {
        seen.r1 = 1;
        seen.r2 = Digits.scan(cache, VERSION);
      }
    }
  }
}
