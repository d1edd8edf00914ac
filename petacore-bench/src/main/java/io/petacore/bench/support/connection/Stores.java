package io.petacore.bench.support.connection;

import io.petacore.bench.support.console.CommandFailedException;
import io.petacore.bench.support.console.ErrorLine;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Opens the specified store for one or several nodes: with etcd each node has its own connection,
 * in memory all nodes share one store. Not thread-safe.
 */
public final class Stores implements AutoCloseable {
  private final String name;
  private final boolean embedded;
  private final Supplier<KvStore> connector;
  private final Duration timeout;
  private final List<KvStore> open = new ArrayList<>();

  private Stores(String name, boolean embedded, Supplier<KvStore> connector, Duration timeout) {
    this.name = name;
    this.embedded = embedded;
    this.connector = connector;
    this.timeout = timeout;
  }

  /** Returns an empty store in memory. */
  public static Stores embedded() {
    return new Stores(
        "the embedded store", true, EmbeddedKvStore::inMemory, Duration.ofSeconds(10));
  }

  /**
   * Returns an etcd cluster.
   *
   * @param name the name of the cluster in messages
   * @param connector opens a connection
   */
  static Stores remote(String name, Supplier<KvStore> connector, Duration timeout) {
    return new Stores(name, false, connector, timeout);
  }

  /** The name of the store in messages. */
  public String name() {
    return name;
  }

  /** Whether the store is in memory. */
  public boolean isEmbedded() {
    return embedded;
  }

  /** Timeout for connecting. */
  public Duration timeout() {
    return timeout;
  }

  /**
   * Connects one more node to the store.
   *
   * @throws CommandFailedException if the store does not respond
   */
  public KvStore connect() throws InterruptedException {
    if (embedded && !open.isEmpty()) {
      return open.get(0);
    }
    try {
      KvStore store = connector.get();
      open.add(store);
      describe(store);
      return store;
    } catch (ExecutionException | RuntimeException e) {
      throw new CommandFailedException(
          name
              + " cannot be used ("
              + ErrorLine.of(e)
              + "); check that it is running, and the endpoints, user and certificates",
          e);
    } catch (TimeoutException e) {
      throw new CommandFailedException(
          name
              + " did not respond within "
              + timeout.toSeconds()
              + " s; check that it is running, and the endpoints, or increase --timeout",
          e);
    }
  }

  /** Returns a description of a store, such as its version. */
  public String describe(KvStore store)
      throws InterruptedException, ExecutionException, TimeoutException {
    return store.describe().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    open.forEach(KvStore::close);
    open.clear();
  }
}
