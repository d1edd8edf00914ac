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

/** A thread that joins in. */
@State(Scope.Benchmark)
public class SecondThread {
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final CyclicBarrier beginning = new CyclicBarrier(2);

  /** Where it stands in the keys. */
  final Cursor cursor = new Cursor();

  /** How much it has found, so that it has to look. */
  volatile int found;

  /** Runs one piece of work here and the other there, from the same moment on, to both ends. */
  void together(Runnable here, Runnable there) {
    try {
      Future<?> second =
          thread.submit(
              () -> {
                beginning.await();
                there.run();
                return true;
              });
      beginning.await();
      here.run();
      second.get();
    } catch (InterruptedException | ExecutionException | BrokenBarrierException e) {
      throw new IllegalStateException("the second thread did not join in", e);
    }
  }

  /** Ends the thread. */
  @TearDown(Level.Trial)
  public void end() {
    thread.shutdown();
  }
}
