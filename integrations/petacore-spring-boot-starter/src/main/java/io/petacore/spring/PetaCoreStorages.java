package io.petacore.spring;

import io.petacore.DistributedStorage;
import io.petacore.StorageBuilder;
import io.petacore.StorageStatus;
import io.petacore.store.KvStore;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The open storages of an application, by name. Its {@link #close()} closes them all at the same
 * time, so that each has the whole of the timeout. To be used by the thread that creates and
 * destroys beans, but for {@link #all()}.
 */
final class PetaCoreStorages implements AutoCloseable {
  private static final Duration DEFAULT_CLOSE_TIMEOUT = Duration.ofSeconds(3);

  private final KvStore store;
  private final Map<String, StorageProperties> properties;
  private final List<StorageCustomizer> customizers;
  private final BiConsumer<String, StorageStatus> listener;
  private final Duration shutdownBound;
  private volatile Map<String, DistributedStorage> opened = Map.of();

  /**
   * @param listener is called on the storages' executors at each change of state
   * @param shutdownBound the longest that closing may take
   */
  PetaCoreStorages(
      KvStore store,
      Map<String, StorageProperties> properties,
      List<StorageCustomizer> customizers,
      BiConsumer<String, StorageStatus> listener,
      Duration shutdownBound) {
    this.store = store;
    this.properties = properties;
    this.customizers = customizers;
    this.listener = listener;
    this.shutdownBound = shutdownBound;
  }

  /**
   * Opens a storage.
   *
   * @param name the name of its bean
   */
  DistributedStorage open(String name) {
    StorageProperties own = properties.get(name);
    if (own == null) {
      throw new IllegalArgumentException("petacore.storages." + name + " is not defined");
    }
    StorageBuilder builder = DistributedStorage.builder(store);
    own.applyTo(builder);
    customizers.forEach(customizer -> customizer.customize(name, builder));
    DistributedStorage storage =
        builder
            .closeTimeout(closeTimeout(own.getCloseTimeout()))
            .statusListener(status -> listener.accept(name, status))
            .open();
    Map<String, DistributedStorage> all = new LinkedHashMap<>(opened);
    all.put(name, storage);
    opened = all;
    return storage;
  }

  private Duration closeTimeout(@Nullable Duration configured) {
    Duration timeout = configured == null ? DEFAULT_CLOSE_TIMEOUT : configured;
    return timeout.compareTo(shutdownBound) < 0 ? timeout : shutdownBound;
  }

  /** The storages that are open, by name, in the order in which they were opened. */
  Map<String, DistributedStorage> all() {
    return opened;
  }

  @Override
  public void close() {
    List<DistributedStorage> storages = List.copyOf(opened.values());
    if (storages.isEmpty()) {
      return;
    }
    ExecutorService closing = Executors.newFixedThreadPool(storages.size());
    try {
      CompletableFuture.allOf(
              storages.stream()
                  .map(storage -> CompletableFuture.runAsync(storage::close, closing))
                  .toArray(CompletableFuture<?>[]::new))
          .join();
    } finally {
      closing.shutdown();
    }
  }
}
