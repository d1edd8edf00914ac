package io.petacore.simulation;

import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has happened, boiled down to a number, so that two runs can be compared; and in words, if
 * somebody wants to read it.
 */
final class Trace {
  private static final Logger log = LoggerFactory.getLogger("simulation");

  private final boolean told;
  private long hash = 1;
  private long now;

  /**
   * @param told whether to tell it in words
   */
  Trace(boolean told) {
    this.told = told;
  }

  /** Takes in the moment of an event. */
  void mix(long moment) {
    now = moment;
    take(moment);
  }

  /** Takes in something that happened. */
  void note(String what, long number, Supplier<String> words) {
    take(what.hashCode());
    take(number);
    if (told) {
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
