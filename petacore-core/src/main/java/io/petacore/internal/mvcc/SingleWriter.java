package io.petacore.internal.mvcc;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Detects writes of two threads that overlap, where there must be a single writer at a time. For
 * use in {@code assert} statements, so that it costs nothing where assertions are disabled.
 */
final class SingleWriter {

  private final AtomicReference<@Nullable Thread> writing = new AtomicReference<>();

  /**
   * Enters a method of the writer.
   *
   * @return true
   * @throws IllegalStateException if another thread is in such a method
   */
  boolean enter() {
    Thread other = writing.getAndSet(Thread.currentThread());
    if (other != null && other != Thread.currentThread()) {
      throw new IllegalStateException("two threads write to one cache; the other one is " + other);
    }
    return true;
  }

  /** Leaves the method; returns true. */
  boolean exit() {
    writing.set(null);
    return true;
  }
}
