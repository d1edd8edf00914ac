package io.petacore.bench.benchmark.read;

import io.petacore.bench.support.console.Latencies;
import io.petacore.bench.support.console.MeasurementOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Measures the time from the start of a write until another client reads it. Writes are sequential;
 * the reader polls, in the same way for PetaCore and for the reference.
 */
final class Propagation {

  private static final long POLL_NANOS = 10_000;
  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Writes a value and returns when the write is acknowledged. */
  @FunctionalInterface
  interface Writer {
    void write(String value) throws Exception;
  }

  private Propagation() {}

  static Latencies measure(
      MeasurementOptions measurementOptions, Writer writer, Supplier<@Nullable String> seen)
      throws Exception {
    run(measurementOptions.warmUp(), writer, seen, new Latencies());
    Latencies latencies = new Latencies();
    run(measurementOptions.time(), writer, seen, latencies);
    return latencies;
  }

  private static void run(
      Duration time, Writer writer, Supplier<@Nullable String> seen, Latencies latencies)
      throws Exception {
    long end = System.nanoTime() + time.toNanos();
    for (long started = System.nanoTime(); started - end < 0; started = System.nanoTime()) {
      String value = Long.toString(started);
      writer.write(value);
      while (!value.equals(seen.get())) {
        if (System.nanoTime() - started > TIMEOUT_NANOS) {
          throw new TimeoutException("a write was not read within 10 s");
        }
        LockSupport.parkNanos(POLL_NANOS);
      }
      latencies.record(System.nanoTime() - started);
    }
  }
}
