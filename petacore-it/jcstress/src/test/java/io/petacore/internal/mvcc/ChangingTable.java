package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Nobody misses a key in the hash index while others come and go. */
public final class ChangingTable {

  /** Two keys of equal hash: the second one is found behind the first. */
  private static final Bytes ONE = hashed("one");

  private static final Bytes OTHER = hashed("other");

  private ChangingTable() {}

  private static Bytes hashed(String text) {
    Bytes key = Bytes.utf8(text);
    BytesArray.HASH.set(key, 42);
    return key;
  }

  static Version version(Bytes key) {
    return Version.first(key, Bytes.EMPTY, 1, 1);
  }

  static int found(HashIndex index, Bytes key) {
    return index.get(key) == null ? 0 : 1;
  }

  /** A table that is replaced by a larger one. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "found")
  @Outcome(expect = Expect.FORBIDDEN, desc = "missed")
  public static class Growing {
    private static final Bytes STAYS = Bytes.utf8("stays");
    private final HashIndex index = new HashIndex();

    /** Fills the table, so that it has room for no further key. */
    public Growing() {
      index.add(version(STAYS));
      for (int i = 0; index.remaining() > 0; i++) {
        index.add(version(Bytes.utf8("key" + i)));
      }
    }

    /** The writer. */
    @Actor
    public void write() {
      index.add(version(ONE));
    }

    /** Of a key that is copied. */
    @Actor
    public void read(I_Result seen) {
      seen.r1 = found(index, STAYS);
    }
  }

  /** A key that others leave in front of, and come back to. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "found")
  @Outcome(expect = Expect.FORBIDDEN, desc = "missed")
  public static class Leaving {
    private final HashIndex index = new HashIndex();
    private final Version first = version(ONE);

    /** One key behind the other. */
    public Leaving() {
      index.add(first);
      index.add(version(OTHER));
    }

    /** The writer. */
    @Actor
    public void write() {
      index.remove(first);
      index.add(version(ONE));
    }

    /** The one behind. */
    @Actor
    public void read(I_Result seen) {
      seen.r1 = found(index, OTHER);
    }
  }
}
