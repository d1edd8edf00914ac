package io.petacore.it;

import io.petacore.DistributedStorage;
import io.petacore.StorageCounters;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.store.KvStore;
import io.petacore.testing.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A program that opens a storage and does not write. It prints "open" once it is open, and its
 * counters when it has applied {@link #END}.
 */
public final class FollowingProcess {

  /** The key of the last write. */
  public static final String END = "end";

  private FollowingProcess() {}

  /** Arguments: an endpoint of etcd, and a namespace. */
  public static void main(String[] arguments) {
    try (KvStore store = EtcdKvStore.connect(arguments[0]);
        DistributedStorage storage =
            DistributedStorage.builder(store).namespace(arguments[1]).open()) {
      System.out.println("open");
      Await.until("the end", Duration.ofMinutes(30), () -> storage.read(END) != null);
      StorageCounters counters = storage.status().counters();
      System.out.printf(
          "caught up, keys %d, watches %d, resyncs %d%n",
          storage.status().keys(), counters.watchesOpened(), counters.resyncs());
    }
  }

  /**
   * Starts a process.
   *
   * @param heap heap size in MiB
   */
  static Process start(int heap, String endpoint, String namespace) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx" + heap + "m",
            "-cp",
            System.getProperty("java.class.path"),
            FollowingProcess.class.getName(),
            endpoint,
            namespace)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
