package io.petacore.bench.benchmark.write;

import io.petacore.DistributedStorage;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A second node of the same namespace, opened only for workloads that need it, since it uses CPU
 * time.
 */
final class SecondNode implements Supplier<DistributedStorage>, AutoCloseable {

  private final Callable<DistributedStorage> opener;
  private @Nullable DistributedStorage storage;

  SecondNode(Callable<DistributedStorage> opener) {
    this.opener = opener;
  }

  /** Opens the node unless it is open. */
  @Override
  public synchronized DistributedStorage get() {
    if (storage == null) {
      try {
        storage = opener.call();
      } catch (Exception e) {
        throw new IllegalStateException("the second node could not be opened", e);
      }
    }
    return storage;
  }

  @Override
  public synchronized void close() {
    if (storage != null) {
      storage.close();
      storage = null;
    }
  }
}
