package io.petacore.it.chaos;

import io.petacore.DistributedStorage;
import io.petacore.StorageCounters;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.Member;
import io.petacore.it.proxy.TcpProxy;
import io.petacore.store.KvStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A node in this process, with its own clock and a proxy to each member. It may leave, and join
 * again with a new storage.
 */
final class Node implements AutoCloseable {

  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(8);

  /** Longer than any fault. */
  private static final Duration OPEN_TIMEOUT = Duration.ofMinutes(2);

  private final String name;
  private final String namespace;
  private final int maxInFlight;
  private final Duration historyRetention;
  private final List<TcpProxy> links = new ArrayList<>();
  private final SkewedClock clock = new SkewedClock();
  private final List<StorageCounters> closed = new ArrayList<>();
  private @Nullable KvStore store;
  private volatile @Nullable DistributedStorage storage;

  Node(
      String name, EtcdCluster etcd, String namespace, int maxInFlight, Duration historyRetention) {
    this.name = name;
    this.namespace = namespace;
    this.maxInFlight = maxInFlight;
    this.historyRetention = historyRetention;
    for (Member member : etcd.members()) {
      links.add(TcpProxy.to(member.address()));
    }
  }

  String name() {
    return name;
  }

  /** Its proxies, in the order of the members. */
  List<TcpProxy> links() {
    return links;
  }

  /** Whether its history retention is less than a second. */
  boolean hasShortHistory() {
    return historyRetention.toMillis() < 1_000;
  }

  SkewedClock clock() {
    return clock;
  }

  /** Its current storage, which may be closed. */
  DistributedStorage storage() {
    return Objects.requireNonNull(storage, "the node has not joined");
  }

  /** Opens a storage; waits while the cluster is unavailable. */
  void join() {
    KvStore connected =
        EtcdKvStore.builder()
            .endpoints(endpoints(links).toArray(String[]::new))
            .requestTimeout(REQUEST_TIMEOUT)
            .connect();
    store = connected;
    storage =
        DistributedStorage.builder(connected)
            .namespace(namespace)
            .sessionTimeout(SESSION_TIMEOUT)
            .commitTimeout(COMMIT_TIMEOUT)
            .openTimeout(OPEN_TIMEOUT)
            .maxInFlight(maxInFlight)
            .historyRetention(historyRetention)
            .physicalClock(clock)
            .open();
  }

  /** The endpoints for clients of these proxies. */
  static List<String> endpoints(List<TcpProxy> links) {
    return links.stream().map(link -> "http://127.0.0.1:" + link.address().getPort()).toList();
  }

  /** Closes the storage; clients find it closed until the node joins again. */
  void leave() {
    DistributedStorage left = storage;
    if (left != null) {
      left.close();
      closed.add(left.status().counters());
    }
    KvStore connected = store;
    if (connected != null) {
      connected.close();
    }
    store = null;
  }

  /** The counters of its closed storages. */
  List<StorageCounters> counters() {
    return closed;
  }

  @Override
  public void close() {
    leave();
    links.forEach(TcpProxy::close);
  }
}
