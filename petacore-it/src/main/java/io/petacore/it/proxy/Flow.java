package io.petacore.it.proxy;

import java.time.Duration;

/**
 * The mode, delay and rate of one direction, shared by all links of a proxy. Confined to the thread
 * of the proxy.
 */
final class Flow {

  /** How bytes are handled. */
  enum Mode {
    /** Bytes are forwarded. */
    PASS,
    /** Bytes are held, in order, until {@link #PASS}. */
    HOLD,
    /** Bytes are read and dropped. */
    SWALLOW
  }

  private Mode mode = Mode.PASS;
  private long delayNanos;
  private long bytesPerSecond = Long.MAX_VALUE;
  private long freeAt; // when all earlier bytes are transmitted

  Mode mode() {
    return mode;
  }

  void mode(Mode next) {
    mode = next;
  }

  void rate(long bytes) {
    bytesPerSecond = bytes;
    freeAt = System.nanoTime();
  }

  /** Returns when bytes that arrive now will have been transmitted, after all earlier bytes. */
  long transmitted(int bytes) {
    long now = System.nanoTime();
    if (bytesPerSecond == Long.MAX_VALUE) {
      return now + delayNanos;
    }
    long start = Math.max(freeAt - now, 0);
    freeAt = now + start + bytes * 1_000_000_000L / bytesPerSecond;
    return freeAt + delayNanos;
  }

  boolean isSlow() {
    return delayNanos > 0 || bytesPerSecond != Long.MAX_VALUE;
  }

  long delayNanos() {
    return delayNanos;
  }

  void delay(Duration delay) {
    delayNanos = delay.toNanos();
  }
}
