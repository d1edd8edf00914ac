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

  /** Reserved keys, which are not counted as keys: 4,096 delete fences by default, and a few. */
  private static final int MAX_RESERVED = 4_200;

  /**
   * Growth in bytes that the JVM itself may cause by compiling and loading code, and the history of
   * the store by what is not freed yet. Keeping the values of a tenth of a million changes exceeds
   * it.
   */
  static final long MAX_GROWTH = 4 << 20;

  private Heap() {}

  /** Returns the bytes in use after a full collection. */
  static long afterCollection() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /**
   * Waits until only one version per key and index entry is left, which follows the retention when
   * no transaction writes.
   *
   * @param indexes the number of indexes, each of which has one entry for each key
   */
  static void awaitFreedHistory(DistributedStorage storage, int indexes)
      throws InterruptedException {
    boolean freed =
        Ticker.await(
            () -> {
              StorageStatus status = storage.status();
              return status.versions() <= (1 + indexes) * status.keys() + MAX_RESERVED;
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
