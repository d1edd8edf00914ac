package io.petacore.bench.benchmark.write;

import io.petacore.bench.support.console.Latencies;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** A workload of one thread that keeps a fixed number of asynchronous operations in flight. */
final class AsyncWindow {

  /** Starts one operation. */
  @FunctionalInterface
  interface Operation {
    /**
     * Starts an operation.
     *
     * @param number the number of the operation, from 0
     */
    CompletableFuture<?> start(long number);
  }

  private AsyncWindow() {}

  static TimedRun of(int size, Operation operation) {
    return time -> run(size, time, operation);
  }

  private static Sample run(int size, Duration time, Operation operation) throws Exception {
    Semaphore permits = new Semaphore(size);
    Latencies latencies = new Latencies();
    LongAdder done = new LongAdder();
    AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
    long from = System.nanoTime();
    long end = from + time.toNanos();
    for (long number = 0; System.nanoTime() - end < 0; number++) {
      permits.acquire();
      long started = System.nanoTime();
      CompletableFuture<?> unused =
          operation
              .start(number)
              .whenComplete(
                  (result, failure) -> {
                    if (failure != null) {
                      failed.compareAndSet(null, failure);
                    }
                    latencies.record(System.nanoTime() - started);
                    done.increment();
                    permits.release();
                  });
    }
    permits.acquire(size);
    Throwable failure = failed.get();
    if (failure != null) {
      throw new IllegalStateException("an operation failed", failure);
    }
    return new Sample(done.sum(), System.nanoTime() - from, latencies);
  }
}
