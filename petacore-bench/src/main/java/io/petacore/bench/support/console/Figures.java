package io.petacore.bench.support.console;

import java.util.Locale;

/** Formats numbers for display, independent of the locale. */
public final class Figures {
  private Figures() {}

  /** Formats a whole number with thousands separators. */
  public static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /**
   * Formats a rate per second.
   *
   * @param nanos the elapsed time; the rate is 0 if this is not positive
   */
  public static String perSecond(long count, long nanos) {
    return count(nanos <= 0 ? 0 : Math.round(count * 1e9 / nanos));
  }

  /** Formats a duration in nanoseconds as milliseconds, with three significant digits. */
  public static String millis(long nanos) {
    double millis = nanos / 1e6;
    String format =
        millis < 1 ? "%.3f ms" : millis < 10 ? "%.2f ms" : millis < 100 ? "%.1f ms" : "%,.0f ms";
    return String.format(Locale.ROOT, format, millis);
  }

  /** Formats a duration in nanoseconds as seconds. */
  public static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
  }

  /** Formats a count with its noun, for example {@code 1 key} or {@code 2 keys}. */
  public static String of(long count, String singular, String plural) {
    return count(count) + " " + (count == 1 ? singular : plural);
  }
}
