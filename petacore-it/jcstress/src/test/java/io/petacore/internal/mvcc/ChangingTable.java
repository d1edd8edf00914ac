package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A present key is found in the hash index while others are added and removed. */
public final class ChangingTable {

  /** Two keys of equal hash: the second one is stored after the first. */
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

  /** The table is replaced by a larger one. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "found")
  @Outcome(expect = Expect.FORBIDDEN, desc = "not found")
  public static class Growing {
    private static final Bytes STAYS = Bytes.utf8("stays");
    private final HashIndex index = new HashIndex();

    /** Fills the table to its capacity. */
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

    /** Reads a key that is copied. */
    @Actor
    public void read(I_Result seen) {
      seen.r1 = found(index, STAYS);
    }
  }

  /** Keys are removed and added before a key in its probe sequence. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "found")
  @Outcome(expect = Expect.FORBIDDEN, desc = "not found")
  public static class Leaving {
    private final HashIndex index = new HashIndex();
    private final Version first = version(ONE);

    /** Stores one key after the other. */
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

    /** Reads the second key. */
    @Actor
    public void read(I_Result seen) {
      seen.r1 = found(index, OTHER);
    }
  }
}
