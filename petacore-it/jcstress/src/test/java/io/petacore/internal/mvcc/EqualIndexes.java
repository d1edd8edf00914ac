package io.petacore.internal.mvcc;

import static io.petacore.internal.mvcc.Digits.C;
import static io.petacore.internal.mvcc.Digits.apply;
import static io.petacore.internal.mvcc.Digits.delete;
import static io.petacore.internal.mvcc.Digits.put;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Both indexes agree on a key while it is created and while it is removed. */
@JCStressTest
@State
@Outcome(id = "1, 0, 0", expect = Expect.ACCEPTABLE, desc = "not yet in either")
@Outcome(id = "2, 2, 2", expect = Expect.ACCEPTABLE, desc = "in both")
@Outcome(id = "3, 0, 0", expect = Expect.ACCEPTABLE, desc = "in neither any more")
@Outcome(id = "[12], -1, -1", expect = Expect.ACCEPTABLE, desc = "snapshot too old")
@Outcome(
    id = {"1, 0, -1", "2, 2, -1"},
    expect = Expect.ACCEPTABLE,
    desc = "snapshot too old in between")
@Outcome(expect = Expect.FORBIDDEN, desc = "the indexes disagree")
public class EqualIndexes {
  private final MvccCache cache = Digits.freeing();

  /** The writer. */
  @Actor
  public void write() {
    apply(cache, 2, put(C, 2));
    apply(cache, 3, delete(C));
  }

  /** Reads the key through both indexes. */
  @Actor
  public void read(III_Result seen) {
    int timestamp = Digits.applied(cache);
    seen.r2 = Digits.find(cache, C, timestamp);
    seen.r3 = Digits.scan(cache, timestamp);
    seen.r1 = timestamp;
  }
}
