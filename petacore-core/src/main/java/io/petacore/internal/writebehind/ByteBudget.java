package io.petacore.internal.writebehind;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the bytes that a buffer holds. Safe for use by many threads.
 *
 * <p>A writer gets its future before it tries again to acquire; bytes are released before the
 * future is completed. Whichever comes second sees the other, so no writer waits in vain.
 */
final class ByteBudget {

  private final long max;
  private final AtomicLong used = new AtomicLong();
  private final AtomicReference<@Nullable CompletableFuture<Boolean>> waiting =
      new AtomicReference<>();

  ByteBudget(long max) {
    this.max = max;
  }

  /** The most bytes. */
  long max() {
    return max;
  }

  /** The bytes acquired. */
  long used() {
    return used.get();
  }

  /** Whether half of the bytes are acquired. */
  boolean isHalfUsed() {
    return used.get() >= max - max / 2;
  }

  /** Acquires bytes if there are so many; never waits. */
  boolean tryAcquire(long bytes) {
    while (true) {
      long now = used.get();
      if (bytes > max - now) {
        return false;
      }
      if (used.compareAndSet(now, now + bytes)) {
        return true;
      }
    }
  }

  /** Releases bytes; {@link #wake} has to follow. */
  void release(long bytes) {
    used.addAndGet(-bytes);
  }

  /** Has waiting writers try again. */
  void wake() {
    CompletableFuture<Boolean> woken = waiting.getAndSet(null);
    if (woken != null) {
      woken.complete(true);
    }
  }

  /** Completes when writers are woken. To be called before trying again. */
  CompletableFuture<Boolean> whenWoken() {
    while (true) {
      CompletableFuture<Boolean> present = waiting.get();
      if (present != null) {
        return present;
      }
      CompletableFuture<Boolean> added = new CompletableFuture<>();
      if (waiting.compareAndSet(null, added)) {
        return added;
      }
    }
  }

  /** Whether a writer may be waiting. */
  boolean isAwaited() {
    return waiting.get() != null;
  }
}
