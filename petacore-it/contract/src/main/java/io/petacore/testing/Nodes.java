package io.petacore.testing;

import io.petacore.DistributedStorage;
import io.petacore.StorageBuilder;
import io.petacore.store.KvStore;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.UnaryOperator;

/**
 * The nodes of one test: storages on one namespace, each with a connection of its own to what
 * stores the data. Closing this closes all of them.
 */
public final class Nodes implements AutoCloseable {

  /** What stores the data. */
  public interface Backend {
    /** A new connection; the test closes it. */
    KvStore connect();

    /** An unused namespace. */
    String freshNamespace();

    /** Forgets the history below a revision; returns when that is done. */
    void compact(long revision);
  }

  private final Backend backend;
  private final String namespace;
  private final Deque<DistributedStorage> storages = new ArrayDeque<>();
  private final Deque<KvStore> stores = new ArrayDeque<>();

  /** Nodes on a namespace of their own. */
  public Nodes(Backend backend) {
    this.backend = backend;
    this.namespace = backend.freshNamespace();
  }

  /** What stores the data. */
  public Backend backend() {
    return backend;
  }

  /** The nodes' namespace. */
  public String namespace() {
    return namespace;
  }

  /** A connection that is closed in the end. */
  public KvStore connect() {
    KvStore store = backend.connect();
    stores.push(store);
    return store;
  }

  /** A connection that the test can steer. */
  public SteeredStore steered() {
    return new SteeredStore(connect());
  }

  /** A writer who knows nothing of PetaCore, in the same namespace. */
  public ForeignWriter foreigner() {
    return new ForeignWriter(connect(), namespace);
  }

  /** Another node, with default settings. */
  public DistributedStorage open() {
    return open(backend.connect());
  }

  /** Another node on a given connection. */
  public DistributedStorage open(KvStore store) {
    return open(store, builder -> builder);
  }

  /** Another node with settings of its own; its connection is closed in the end. */
  public DistributedStorage open(KvStore store, UnaryOperator<StorageBuilder> settings) {
    stores.push(store);
    DistributedStorage storage =
        settings.apply(DistributedStorage.builder(store).namespace(namespace)).open();
    storages.push(storage);
    return storage;
  }

  @Override
  public void close() {
    storages.forEach(DistributedStorage::close);
    stores.forEach(KvStore::close);
  }
}
