package io.petacore.bench.benchmark.write;

import io.petacore.bench.support.console.Latencies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;

/** A closed-loop workload: each thread starts an operation when its previous one has completed. */
final class ClosedLoop {

  /** One operation. */
  @FunctionalInterface
  interface Operation {
    /**
     * Runs an operation.
     *
     * @param thread the number of the thread, from 0
     */
    void run(int thread) throws Exception;
  }

  private ClosedLoop() {}

  static TimedRun of(int threads, Operation operation) {
    return time -> run(threads, time, operation);
  }

  private static Sample run(int threads, Duration time, Operation operation) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      Latencies latencies = new Latencies();
      LongAdder done = new LongAdder();
      CountDownLatch start = new CountDownLatch(1);
      List<Future<?>> loops = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int thread = i;
        loops.add(
            pool.submit(
                () -> {
                  start.await();
                  long end = System.nanoTime() + time.toNanos();
                  for (long from = System.nanoTime(); from - end < 0; ) {
                    operation.run(thread);
                    long now = System.nanoTime();
                    latencies.record(now - from);
                    done.increment();
                    from = now;
                  }
                  return null;
                }));
      }
      long from = System.nanoTime();
      start.countDown();
      for (Future<?> loop : loops) {
        loop.get();
      }
      return new Sample(done.sum(), System.nanoTime() - from, latencies);
    } finally {
      pool.shutdownNow();
    }
  }
}
