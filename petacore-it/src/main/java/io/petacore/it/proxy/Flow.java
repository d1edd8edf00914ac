package io.petacore.it.proxy;

import java.time.Duration;

/**
 * What happens to the bytes of one direction, on all links of a proxy. Read and written by the
 * proxy's own thread only.
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

  Mode mode() {
    return mode;
  }

  void mode(Mode next) {
    mode = next;
  }

  long delayNanos() {
    return delayNanos;
  }

  void delay(Duration delay) {
    delayNanos = delay.toNanos();
  }
}
