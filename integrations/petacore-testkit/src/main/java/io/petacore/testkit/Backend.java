package io.petacore.testkit;

import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/** The store of a cluster: where its nodes connect to, and in which namespace. */
final class Backend implements AutoCloseable {
  private final List<String> endpoints;
  private final String namespace;
  private final Supplier<KvStore> connector;
  private final Deque<KvStore> opened = new ArrayDeque<>();

  private Backend(List<String> endpoints, String namespace, Supplier<KvStore> connector) {
    this.endpoints = endpoints;
    this.namespace = namespace;
    this.connector = connector;
  }

  /** Returns a new store in memory, which all nodes share. */
  static Backend embedded() {
    EmbeddedKvStore store = EmbeddedKvStore.inMemory();
    return new Backend(List.of(), "test/", () -> store);
  }

  /** Returns a new namespace of etcd, with a connection for each node. */
  static Backend etcd(List<String> endpoints) {
    return new Backend(
        endpoints, "test-" + UUID.randomUUID() + "/", () -> EtcdServer.connect(endpoints));
  }

  /** Returns the endpoints of etcd; empty if it is not etcd. */
  List<String> endpoints() {
    return endpoints;
  }

  String namespace() {
    return namespace;
  }

  KvStore connect() {
    KvStore store = connector.get();
    opened.push(store);
    return store;
  }

  @Override
  public void close() {
    opened.forEach(KvStore::close);
  }
}
