package io.petacore.bench.benchmark.overhead;

import com.sun.management.ThreadMXBean;
import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The work of a slice, on keys that exist. To be used by one thread. */
final class Work {

  private static final int IN_FLIGHT = 64;
  private static final int CHUNK = 1_000;
  private static final Bytes VALUE = Bytes.utf8("v".repeat(128));

  /** Works for some time. */
  @FunctionalInterface
  interface Slice {
    Sample run(Duration time) throws Exception;
  }

  /**
   * What a slice took.
   *
   * @param nanos nanoseconds for each operation
   * @param bytes allocated by the calling thread for each operation
   */
  record Sample(double nanos, double bytes) {}

  private final DistributedStorage storage;
  private final List<Bytes> keys = new ArrayList<>();
  private final SplittableRandom random = new SplittableRandom(1);
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private long found;

  Work(DistributedStorage storage, int count) {
    this.storage = storage;
    for (int i = 0; i < count; i++) {
      keys.add(Bytes.utf8("key-" + i));
    }
    for (int from = 0; from < count; from += CHUNK) {
      List<Bytes> part = keys.subList(from, Math.min(count, from + CHUNK));
      storage.runTransaction(tx -> part.forEach(key -> tx.write(key, VALUE)));
    }
  }

  private Bytes anyKey() {
    return keys.get(random.nextInt(keys.size()));
  }

  Sample read(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    long operations = 0;
    long allocated = threads.getCurrentThreadAllocatedBytes();
    long begun = System.nanoTime();
    long now = begun;
    while (now - end < 0) {
      for (int i = 0; i < CHUNK; i++) {
        found += storage.read(anyKey()) == null ? 0 : 1;
      }
      operations += CHUNK;
      now = System.nanoTime();
    }
    allocated = threads.getCurrentThreadAllocatedBytes() - allocated;
    if (found == 0) {
      throw new IllegalStateException("nothing was found");
    }
    return new Sample((double) (now - begun) / operations, (double) allocated / operations);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // failures are counted by the window
  Sample commit(Duration time) throws Exception {
    Semaphore window = new Semaphore(IN_FLIGHT);
    CompletableFuture<Void> failed = new CompletableFuture<>();
    long end = System.nanoTime() + time.toNanos();
    long operations = 0;
    long allocated = threads.getCurrentThreadAllocatedBytes();
    long begun = System.nanoTime();
    while (System.nanoTime() - end < 0) {
      if (!window.tryAcquire(1, TimeUnit.SECONDS)) {
        continue;
      }
      Bytes key = anyKey();
      storage
          .runTransactionAsync(tx -> tx.write(key, VALUE))
          .whenComplete(
              (commit, failure) -> {
                window.release();
                if (failure != null) {
                  failed.completeExceptionally(failure);
                }
              });
      operations++;
    }
    window.acquire(IN_FLIGHT);
    long nanos = System.nanoTime() - begun;
    allocated = threads.getCurrentThreadAllocatedBytes() - allocated;
    if (failed.isDone()) {
      failed.get();
    }
    return new Sample((double) nanos / operations, (double) allocated / operations);
  }
}
