package io.petacore.internal.writebehind;

import io.petacore.data.Bytes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a buffer holds, in stripes with a lock each, so that writers of different keys rarely wait
 * for each other. Safe for use by many threads.
 */
final class BufferedWrites {

  private static final int STRIPES = 128; // a power of two

  private final ByteBudget budget;
  private final Stripe[] stripes = new Stripe[STRIPES];

  BufferedWrites(ByteBudget budget, Epochs epochs) {
    this.budget = budget;
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new Stripe(budget, epochs);
    }
  }

  private Stripe stripe(Bytes key) {
    int hash = key.hashCode();
    return stripes[(hash ^ hash >>> 16) & (STRIPES - 1)];
  }

  private Stripe stripe(BufferedWrite write) {
    return stripe(write.key());
  }

  /** The newest write of a key; null if there is none. */
  @Nullable BufferedWrite find(Bytes key) {
    return stripe(key).find(key);
  }

  boolean isInFlight(Bytes key) {
    return stripe(key).isInFlight(key);
  }

  /** See {@link Stripe#put}. */
  Stripe.Put put(Bytes key, @Nullable Bytes value) {
    return stripe(key).put(key, value);
  }

  /** The writes in flight of a chunk are durable. */
  void durable(Chunk chunk) {
    chunk.writes().forEach(write -> stripe(write).durable(write));
    budget.wake();
  }

  /** Makes a write in flight pending again, or drops it; see {@link Stripe#giveBack}. */
  void giveBack(BufferedWrite write) {
    stripe(write).giveBack(write);
  }

  /** Drops the writes of a chunk of whose keys a newer write is pending. */
  void dropSuperseded(Chunk chunk) {
    chunk.removeIf(write -> stripe(write).drop(write));
    budget.wake();
  }

  /** Fails a write in flight; returns whether that is to be reported. */
  boolean fail(BufferedWrite write, RuntimeException cause) {
    return stripe(write).fail(write, cause);
  }

  /** Fails all pending writes; returns them. */
  List<BufferedWrite> failPending(RuntimeException cause) {
    List<BufferedWrite> failed = new ArrayList<>();
    for (Stripe stripe : stripes) {
      failed.addAll(stripe.failPending(cause));
    }
    budget.wake();
    return failed;
  }

  /** Begins to visit all writes that are pending now. */
  Pass beginPass() {
    List<Bytes> keys = new ArrayList<>();
    for (Stripe stripe : stripes) {
      stripe.addPendingKeys(keys);
    }
    Collections.sort(keys);
    return new Pass(keys);
  }

  /**
   * A visit of the keys that were pending when it began, so that it ends however fast new ones
   * come. In the order of the keys: store and caches handle neighbours faster than keys at random.
   * To be used under one lock.
   */
  final class Pass {
    private final List<Bytes> keys;
    private int next;

    private Pass(List<Bytes> keys) {
      this.keys = keys;
    }

    /**
     * Moves pending writes to a chunk.
     *
     * @return whether the pass has ended; else the chunk is full
     */
    boolean fill(Chunk chunk) {
      while (next < keys.size()) {
        Bytes key = keys.get(next);
        if (!stripe(key).take(key, chunk)) {
          return false;
        }
        next++;
      }
      return true;
    }
  }
}
