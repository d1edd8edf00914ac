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
 * The store that the options named, for one node or several: on etcd each has a connection of its
 * own, in memory all share one store. To be used by one thread.
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

  /** One store in memory, empty, gone when it is closed. */
  public static Stores embedded() {
    return new Stores(
        "the embedded store", true, EmbeddedKvStore::inMemory, Duration.ofSeconds(10));
  }

  /** A cluster elsewhere, by its name for messages and a way to connect to it. */
  static Stores remote(String name, Supplier<KvStore> connector, Duration timeout) {
    return new Stores(name, false, connector, timeout);
  }

  /** What to call the store in messages. */
  public String name() {
    return name;
  }

  /** Whether it is in this process and gone with it. */
  public boolean isEmbedded() {
    return embedded;
  }

  /** How long opening may take. */
  public Duration timeout() {
    return timeout;
  }

  /**
   * The store for one more node.
   *
   * @throws CommandFailedException if it does not answer
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
              + " can't be used ("
              + ErrorLine.of(e)
              + "); is it running there, and are address, user and certificates right?",
          e);
    } catch (TimeoutException e) {
      throw new CommandFailedException(
          name
              + " did not answer within "
              + timeout.toSeconds()
              + " s; is it running there, and is the address right? (--timeout waits longer)",
          e);
    }
  }

  /** Asks a store who it is. */
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
