package io.petacore.bench.support.console;

import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** Durations in nanoseconds, right to two digits, up to an hour. Safe for use by many threads. */
public final class Latencies {
  private static final long LONGEST = 3_600_000_000_000L;
  private static final int DIGITS = 2;

  private final Histogram histogram = new ConcurrentHistogram(LONGEST, DIGITS);

  /** Adds a duration; what is longer than an hour counts as one. */
  public void record(long nanos) {
    histogram.recordValue(Math.max(0, Math.min(LONGEST, nanos)));
  }

  /** How many were recorded. */
  public long count() {
    return histogram.getTotalCount();
  }

  /** The duration that a share of all recorded ones does not exceed; 0 where there are none. */
  public long percentile(double share) {
    return histogram.getValueAtPercentile(100 * share);
  }

  /** Adds all that others have recorded. */
  public void add(Latencies others) {
    histogram.add(others.histogram.copy());
  }

  /** What was recorded here and not yet in an earlier copy of this. */
  public Latencies since(Latencies earlier) {
    Latencies difference = new Latencies();
    difference.histogram.add(histogram.copy());
    difference.histogram.subtract(earlier.histogram);
    return difference;
  }
}
