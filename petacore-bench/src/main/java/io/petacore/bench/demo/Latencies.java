package io.petacore.bench.demo;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Durations counted in buckets: each power of two nanoseconds is cut into {@value #STEPS}, so a
 * percentile is right to about 3 %. Safe for use by many threads.
 */
final class Latencies {
  private static final int STEPS = 32;
  private static final int STEP_BITS = 5;

  /** Up to 2^42 ns, more than an hour; what is longer counts as that. */
  private static final int BUCKETS = STEPS * (42 - STEP_BITS + 1);

  private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);

  void record(long nanos) {
    counts.incrementAndGet(bucket(Math.max(0, nanos)));
  }

  /** Below {@link #STEPS} one bucket per nanosecond; above, the leading bits choose it. */
  private static int bucket(long nanos) {
    if (nanos < STEPS) {
      return (int) nanos;
    }
    int shift = 63 - Long.numberOfLeadingZeros(nanos) - STEP_BITS;
    return (int) Math.min(BUCKETS - 1L, (long) shift * STEPS + (nanos >> shift));
  }

  private static long greatestIn(int bucket) {
    if (bucket < 2 * STEPS) {
      return bucket;
    }
    int shift = bucket / STEPS - 1;
    return ((long) (bucket % STEPS + STEPS + 1) << shift) - 1;
  }

  long count() {
    long sum = 0;
    for (int i = 0; i < BUCKETS; i++) {
      sum += counts.get(i);
    }
    return sum;
  }

  /** The duration that a share of all recorded ones does not exceed; 0 where there are none. */
  long percentile(double share) {
    long wanted = (long) Math.ceil(share * count());
    long sum = 0;
    for (int i = 0; i < BUCKETS; i++) {
      sum += counts.get(i);
      if (sum >= wanted && sum > 0) {
        return greatestIn(i);
      }
    }
    return 0;
  }

  void add(Latencies others) {
    for (int i = 0; i < BUCKETS; i++) {
      counts.addAndGet(i, others.counts.get(i));
    }
  }

  /** What was recorded here and not yet in an earlier copy of this. */
  Latencies since(Latencies earlier) {
    Latencies difference = new Latencies();
    for (int i = 0; i < BUCKETS; i++) {
      difference.counts.set(i, counts.get(i) - earlier.counts.get(i));
    }
    return difference;
  }
}
