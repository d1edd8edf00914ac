package io.petacore.bench.benchmark.micro;

import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A second thread for a benchmark. */
@State(Scope.Benchmark)
public class SecondThread {
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final CyclicBarrier start = new CyclicBarrier(2);

  /** Its position in the keys. */
  final Cursor cursor = new Cursor();

  /** The number of keys found; prevents dead-code elimination. */
  volatile int found;

  /**
   * Runs one task on the calling thread and one on the second thread, starting together, and waits
   * for both.
   */
  void runBoth(Runnable here, Runnable there) {
    try {
      Future<?> second =
          thread.submit(
              () -> {
                start.await();
                there.run();
                return true;
              });
      start.await();
      here.run();
      second.get();
    } catch (InterruptedException | ExecutionException | BrokenBarrierException e) {
      throw new IllegalStateException("the second thread failed", e);
    }
  }

  /** Stops the thread. */
  @TearDown(Level.Trial)
  public void end() {
    thread.shutdown();
  }
}
