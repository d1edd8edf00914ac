package io.petacore.bench.benchmark.write;

import io.petacore.DistributedStorage;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Another node on the same namespace, open only while a line needs it: it would take its share of
 * the machine from all others.
 */
final class SecondNode implements Supplier<DistributedStorage>, AutoCloseable {

  private final Callable<DistributedStorage> opening;
  private @Nullable DistributedStorage storage;

  SecondNode(Callable<DistributedStorage> opening) {
    this.opening = opening;
  }

  /** Opens it, if it is not open. */
  @Override
  public synchronized DistributedStorage get() {
    if (storage == null) {
      try {
        storage = opening.call();
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
