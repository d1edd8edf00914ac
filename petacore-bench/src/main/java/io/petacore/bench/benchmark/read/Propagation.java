package io.petacore.bench.benchmark.read;

import io.petacore.bench.support.console.Latencies;
import io.petacore.bench.support.console.Measuring;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How long it takes from the beginning of a write at one place until another sees it. One write
 * after another; who waits looks again and again, alike on both sides of a comparison.
 */
final class Propagation {

  private static final long LOOK_EVERY_NANOS = 10_000;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Writes a value and returns when that is acknowledged. */
  @FunctionalInterface
  interface Writer {
    void write(String value) throws Exception;
  }

  private Propagation() {}

  static Latencies measure(Measuring measuring, Writer writer, Supplier<@Nullable String> seen)
      throws Exception {
    run(measuring.warmUp(), writer, seen, new Latencies());
    Latencies latencies = new Latencies();
    run(measuring.time(), writer, seen, latencies);
    return latencies;
  }

  private static void run(
      Duration time, Writer writer, Supplier<@Nullable String> seen, Latencies latencies)
      throws Exception {
    long end = System.nanoTime() + time.toNanos();
    for (long begun = System.nanoTime(); begun - end < 0; begun = System.nanoTime()) {
      String value = Long.toString(begun);
      writer.write(value);
      while (!value.equals(seen.get())) {
        if (System.nanoTime() - begun > PATIENCE_NANOS) {
          throw new TimeoutException("a write has not been seen elsewhere");
        }
        LockSupport.parkNanos(LOOK_EVERY_NANOS);
      }
      latencies.record(System.nanoTime() - begun);
    }
  }
}
