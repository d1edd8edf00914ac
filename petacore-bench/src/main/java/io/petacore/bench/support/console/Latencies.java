package io.petacore.bench.support.console;

import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** A histogram of durations in nanoseconds, accurate to two significant digits. Thread-safe. */
public final class Latencies {
  private static final long LONGEST = 3_600_000_000_000L;
  private static final int DIGITS = 2;

  private final Histogram histogram = new ConcurrentHistogram(LONGEST, DIGITS);

  /** Records a duration in nanoseconds; one longer than an hour is recorded as an hour. */
  public void record(long nanos) {
    histogram.recordValue(Math.max(0, Math.min(LONGEST, nanos)));
  }

  /** Returns the number of recorded durations. */
  public long count() {
    return histogram.getTotalCount();
  }

  /**
   * Returns a percentile, in nanoseconds; 0 if nothing was recorded.
   *
   * @param share the percentile as a fraction, for example 0.99
   */
  public long percentile(double share) {
    return histogram.getValueAtPercentile(100 * share);
  }

  /** Adds the durations recorded by another histogram. */
  public void add(Latencies others) {
    histogram.add(others.histogram.copy());
  }

  /** Returns the durations recorded since an earlier copy of this histogram. */
  public Latencies since(Latencies earlier) {
    Latencies difference = new Latencies();
    difference.histogram.add(histogram.copy());
    difference.histogram.subtract(earlier.histogram);
    return difference;
  }
}
