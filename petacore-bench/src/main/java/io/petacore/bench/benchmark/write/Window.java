package io.petacore.bench.benchmark.write;

import io.petacore.bench.support.console.Latencies;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** One thread that keeps a number of asynchronous operations under way. */
final class Window {

  /** Begins an operation; its number is from zero on. */
  @FunctionalInterface
  interface Operation {
    CompletableFuture<?> begin(long number);
  }

  private Window() {}

  static Work of(int size, Operation operation) {
    return time -> run(size, time, operation);
  }

  private static Sample run(int size, Duration time, Operation operation) throws Exception {
    Semaphore room = new Semaphore(size);
    Latencies latencies = new Latencies();
    LongAdder done = new LongAdder();
    AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
    long from = System.nanoTime();
    long end = from + time.toNanos();
    for (long number = 0; System.nanoTime() - end < 0; number++) {
      room.acquire();
      long begun = System.nanoTime();
      CompletableFuture<?> unused =
          operation
              .begin(number)
              .whenComplete(
                  (result, failure) -> {
                    if (failure != null) {
                      failed.compareAndSet(null, failure);
                    }
                    latencies.record(System.nanoTime() - begun);
                    done.increment();
                    room.release();
                  });
    }
    room.acquire(size);
    Throwable failure = failed.get();
    if (failure != null) {
      throw new IllegalStateException("an operation failed", failure);
    }
    return new Sample(done.sum(), System.nanoTime() - from, latencies);
  }
}
