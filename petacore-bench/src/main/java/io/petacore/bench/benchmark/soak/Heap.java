package io.petacore.bench.benchmark.soak;

import io.petacore.DistributedStorage;
import io.petacore.StorageStatus;
import io.petacore.bench.support.console.CommandFailedException;
import io.petacore.bench.support.console.Figures;
import io.petacore.bench.support.console.Ticker;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/** The heap that is in use. */
final class Heap {

  private static final Duration FREEING_TIMEOUT = Duration.ofSeconds(10);

  private Heap() {}

  /** Returns the bytes in use after a full collection. */
  static long afterCollection() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /**
   * Waits until only one version per key is left, which follows the retention when no transaction
   * writes.
   */
  static void awaitFreedHistory(DistributedStorage storage) throws InterruptedException {
    boolean freed =
        Ticker.await(
            () -> {
              StorageStatus status = storage.status();
              return status.versions() <= status.keys();
            },
            FREEING_TIMEOUT);
    if (!freed) {
      throw new CommandFailedException(
          Figures.count(storage.status().versions())
              + " versions were not freed within "
              + FREEING_TIMEOUT.toSeconds()
              + " s after the last write");
    }
  }
}
