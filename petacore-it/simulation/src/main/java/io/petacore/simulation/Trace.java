package io.petacore.simulation;

import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A hash of all events, by which two runs are compared, and optionally a log of them. */
final class Trace {
  private static final Logger log = LoggerFactory.getLogger("simulation");

  private final boolean verbose;
  private long hash = 1;
  private long now;

  /**
   * @param verbose whether to log the events
   */
  Trace(boolean verbose) {
    this.verbose = verbose;
  }

  /** Mixes in the time of an event. */
  void mix(long moment) {
    now = moment;
    take(moment);
  }

  /** Records an event. */
  void note(String what, long number, Supplier<String> words) {
    take(what.hashCode());
    take(number);
    if (verbose) {
      log.error(String.format("%11.6f %-9s %s", now / 1e9, what, words.get()));
    }
  }

  private void take(long value) {
    hash = (hash ^ value) * 0x9E3779B97F4A7C15L;
    hash ^= hash >>> 29;
  }

  long hash() {
    return hash;
  }
}
