package io.petacore.it.chaos;

import java.util.Arrays;

/** Durations with their points in time. Thread-safe. */
final class Samples {

  private long[] moments = new long[1 << 12];
  private long[] values = new long[1 << 12];
  private int size;

  synchronized void add(long moment, long value) {
    if (size == moments.length) {
      moments = Arrays.copyOf(moments, 2 * size);
      values = Arrays.copyOf(values, 2 * size);
    }
    moments[size] = moment;
    values[size++] = value;
  }

  /** Returns the durations of a time span, end exclusive, in ascending order. */
  synchronized long[] sorted(long from, long to) {
    long[] found = new long[size];
    int count = 0;
    for (int i = 0; i < size; i++) {
      if (moments[i] >= from && moments[i] < to) {
        found[count++] = values[i];
      }
    }
    long[] result = Arrays.copyOf(found, count);
    Arrays.sort(result);
    return result;
  }

  /** Returns the durations per bucket of equal time spans, each in ascending order. */
  synchronized long[][] buckets(long width, int count) {
    int[] sizes = new int[count];
    for (int i = 0; i < size; i++) {
      sizes[bucket(i, width, count)]++;
    }
    long[][] buckets = new long[count][];
    for (int b = 0; b < count; b++) {
      buckets[b] = new long[sizes[b]];
    }
    for (int i = 0; i < size; i++) {
      int b = bucket(i, width, count);
      buckets[b][--sizes[b]] = values[i];
    }
    for (long[] bucket : buckets) {
      Arrays.sort(bucket);
    }
    return buckets;
  }

  private int bucket(int i, long width, int count) {
    return (int) Math.min(count - 1, moments[i] / width);
  }

  /**
   * Returns the first point in time from {@code moment} on; {@link Long#MAX_VALUE} if there is
   * none.
   */
  synchronized long firstMomentFrom(long moment) {
    long first = Long.MAX_VALUE;
    for (int i = 0; i < size; i++) {
      if (moments[i] >= moment) {
        first = Math.min(first, moments[i]);
      }
    }
    return first;
  }

  /** Returns a quantile of ascending values; 0 if there are none. */
  static long quantile(long[] ascending, double share) {
    if (ascending.length == 0) {
      return 0;
    }
    return ascending[(int) Math.min(ascending.length - 1, Math.floor(share * ascending.length))];
  }
}
