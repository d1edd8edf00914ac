package io.petacore.bench.benchmark.micro;

import java.util.Random;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The position of a thread in the keys; each thread starts at a random one. */
@State(Scope.Thread)
public class Cursor {
  private int at;

  /** Chooses the first position. */
  @Setup
  public void begin() {
    at = new Random(Thread.currentThread().getId()).nextInt(1 << 20);
  }

  <T> T next(T[] keys) {
    at = at + 1 < keys.length ? at + 1 : 0;
    return keys[at];
  }
}
