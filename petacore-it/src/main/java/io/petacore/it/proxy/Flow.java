package io.petacore.it.proxy;

import java.time.Duration;

/**
 * What happens to the bytes of one direction, on all links of a proxy, which share its rate. Read
 * and written by the proxy's own thread only.
 */
final class Flow {

  /** What happens to bytes. */
  enum Mode {
    /** They are forwarded. */
    PASS,
    /** They are kept, in order, until they may pass. */
    HOLD,
    /** They are read and forgotten. */
    SWALLOW
  }

  private Mode mode = Mode.PASS;
  private long delayNanos;
  private long bytesPerSecond = Long.MAX_VALUE;
  private long freeAt; // when the link has carried what it was given

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

  /** When some bytes that arrive now will have been carried, behind all those before them. */
  long carried(int bytes) {
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
