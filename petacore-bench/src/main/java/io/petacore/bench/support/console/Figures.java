package io.petacore.bench.support.console;

import java.util.Locale;

/** Numbers as people read them; the same in every locale. */
public final class Figures {
  private Figures() {}

  /** A whole number with its thousands marked. */
  public static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** How many a second, over some nanoseconds. */
  public static String perSecond(long count, long nanos) {
    return count(nanos <= 0 ? 0 : Math.round(count * 1e9 / nanos));
  }

  /** A duration given in nanoseconds, as milliseconds with the digits that matter. */
  public static String millis(long nanos) {
    double millis = nanos / 1e6;
    String format =
        millis < 1 ? "%.3f ms" : millis < 10 ? "%.2f ms" : millis < 100 ? "%.1f ms" : "%,.0f ms";
    return String.format(Locale.ROOT, format, millis);
  }

  /** A duration given in nanoseconds, as seconds. */
  public static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
  }

  /** A count with its noun, in the singular where it is one. */
  public static String of(long count, String singular, String plural) {
    return count(count) + " " + (count == 1 ? singular : plural);
  }
}
