package io.petacore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.petacore.data.Bytes;
import io.petacore.internal.monitoring.Monitor;
import io.petacore.internal.monitoring.TransactionEvent;
import io.petacore.metrics.MetricsRecorder;
import io.petacore.metrics.TransactionOutcome;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import java.lang.management.ManagementFactory;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How many bytes reads allocate, counted by the JVM. */
class AllocationTest {
  private static final int RUNS = 10_000;
  private static final Bytes KEY = Bytes.utf8("key");

  @SuppressWarnings("UnusedVariable") // keeps compilers from eliminating unused results
  private volatile @Nullable Object last;

  @Test
  void readsAllocateNothingAndTransactionsThatReadOneSmallObject() {
    try (KvStore store = EmbeddedKvStore.inMemory();
        DistributedStorage storage = DistributedStorage.open(store)) {
      storage.runTransaction(tx -> tx.write(KEY, Bytes.utf8("value")));
      assertEquals(0, bytesOfEach(() -> storage.read(KEY)));
      long transaction = bytesOfEach(() -> storage.callTransaction(tx -> tx.read(KEY)));
      assertTrue(transaction <= 64, () -> transaction + " bytes");
      assertTrue(bytesOfEach(() -> new byte[100]) >= 100, "what is allocated is counted");
    }
  }

  @Test
  void metricsAllocateNothing() {
    try (KvStore store = EmbeddedKvStore.inMemory();
        DistributedStorage storage = DistributedStorage.open(store)) {
      storage.metrics().addRecorder(new MetricsRecorder() {});
      storage.runTransaction(tx -> tx.write(KEY, Bytes.utf8("value")));
      assertEquals(0, bytesOfEach(() -> storage.read(KEY)));
      long transaction = bytesOfEach(() -> storage.callTransaction(tx -> tx.read(KEY)));
      assertTrue(transaction <= 64, () -> transaction + " bytes");
    }
    Monitor monitor = new Monitor("", () -> 1, System::nanoTime);
    monitor.add(new MetricsRecorder() {});
    assertEquals(0, bytesOfEach(() -> report(monitor)));
  }

  private static @Nullable Object report(Monitor monitor) {
    TransactionEvent event = monitor.beginTransaction();
    monitor.transactionEnded(event, TransactionOutcome.COMMITTED, 1, 1, 1, 0);
    monitor.batchEnded(monitor.beginBatch(), 1, 1, 1, false, 0);
    monitor.propagated(1);
    return event;
  }

  /** Without fractions: the JVM itself may allocate a little, once. */
  private long bytesOfEach(Supplier<@Nullable Object> work) {
    run(work); // until it is compiled, or at least linked
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    run(work);
    long after = threads.getCurrentThreadAllocatedBytes();
    return (after - before) / RUNS;
  }

  private void run(Supplier<@Nullable Object> work) {
    for (int i = 0; i < RUNS; i++) {
      last = work.get();
    }
  }
}
