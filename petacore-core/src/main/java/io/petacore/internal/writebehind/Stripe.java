package io.petacore.internal.writebehind;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.petacore.data.Bytes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The writes of a part of the keys: of each key at most one that is pending, and one, older, that
 * is in flight. Its lock is held for moments only, never while anything is sent. Safe for use by
 * many threads.
 *
 * <p>The methods about a write in flight do nothing if it no longer is. They release bytes without
 * waking the writers that wait for them.
 */
final class Stripe {

  /** What happened to a write that was put. */
  enum Put {
    TAKEN,
    /** It needs more bytes than are left. */
    FULL,
    /** The buffer was closed. */
    CLOSED
  }

  private final ByteBudget budget;
  private final Epochs epochs;

  @GuardedBy("this")
  private final Map<Bytes, BufferedWrite> pending = new HashMap<>();

  @GuardedBy("this")
  private final Map<Bytes, BufferedWrite> inFlight = new HashMap<>();

  Stripe(ByteBudget budget, Epochs epochs) {
    this.budget = budget;
    this.epochs = epochs;
  }

  /** The newest write of a key; null if there is none. */
  synchronized @Nullable BufferedWrite find(Bytes key) {
    BufferedWrite newest = pending.get(key);
    return newest == null ? inFlight.get(key) : newest;
  }

  /** Whether a write of a key is in flight, and no newer one pending. */
  synchronized boolean isInFlight(Bytes key) {
    return inFlight.containsKey(key) && !pending.containsKey(key);
  }

  /** Makes a write pending, in place of an older one that is. */
  synchronized Put put(Bytes key, @Nullable Bytes value) {
    BufferedWrite old = pending.get(key);
    long more = BufferedWrite.bytesOf(key, value) - (old == null ? 0 : old.bytes());
    if (epochs.isClosed()) {
      return Put.CLOSED;
    }
    if (more > 0 && !budget.tryAcquire(more)) {
      return Put.FULL;
    }
    Epochs.Epoch epoch = old == null ? epochs.join() : old.epoch();
    if (epoch == null) {
      budget.release(more); // closed since
      return Put.CLOSED;
    }
    Bytes kept = old == null ? key : old.key(); // the map keeps that object anyway
    pending.put(kept, new BufferedWrite(kept, value, epoch));
    if (more < 0) {
      budget.release(-more);
      budget.wake();
    }
    return Put.TAKEN;
  }

  /** Adds the keys of pending writes to a list. */
  synchronized void addPendingKeys(List<Bytes> keys) {
    keys.addAll(pending.keySet());
  }

  /**
   * Moves the pending write of a key to a chunk: it then is in flight. If there is none, or another
   * one of the key is in flight, nothing is done.
   *
   * @return false if the chunk is full
   */
  synchronized boolean take(Bytes key, Chunk chunk) {
    BufferedWrite write = pending.get(key);
    if (write == null || inFlight.containsKey(key)) {
      return true;
    }
    if (!chunk.add(write)) {
      return false;
    }
    pending.remove(key);
    inFlight.put(key, write);
    return true;
  }

  /** A write in flight is durable. */
  synchronized void durable(BufferedWrite write) {
    if (inFlight.remove(write.key(), write)) {
      budget.release(write.bytes());
      epochs.leave(write.epoch());
    }
  }

  /**
   * A write in flight was not applied, and never will be: it is pending again, unless a newer one
   * of its key is.
   */
  synchronized void giveBack(BufferedWrite write) {
    if (!drop(write) && inFlight.remove(write.key(), write)) {
      pending.put(write.key(), write);
    }
  }

  /**
   * Drops a write in flight that was not applied, and never will be, if a newer one of its key is
   * pending. That one takes over its epoch, which is the same or an older one: a flush that waits
   * for the older write waits for the newer.
   *
   * @return whether it is not in flight now
   */
  synchronized boolean drop(BufferedWrite write) {
    BufferedWrite newer = pending.get(write.key());
    if (newer == null || !inFlight.remove(write.key(), write)) {
      return false;
    }
    budget.release(write.bytes());
    epochs.leave(newer.moveTo(write.epoch()));
    return true;
  }

  /**
   * A write in flight has failed for good.
   *
   * @return whether that is to be reported: not if a newer write of its key is pending
   */
  synchronized boolean fail(BufferedWrite write, RuntimeException cause) {
    if (drop(write) || !inFlight.remove(write.key(), write)) {
      return false;
    }
    end(write, cause);
    return true;
  }

  /** Fails all pending writes; returns them. */
  synchronized List<BufferedWrite> failPending(RuntimeException cause) {
    List<BufferedWrite> all = List.copyOf(pending.values());
    pending.clear();
    all.forEach(write -> end(write, write.causeOr(cause)));
    return all;
  }

  private void end(BufferedWrite write, RuntimeException cause) {
    budget.release(write.bytes());
    epochs.fail(write.epoch(), write.key(), cause);
  }
}
