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
 * A node in this process, with a clock of its own, that meets each member through a proxy of its
 * own. It may leave and join again, as a new storage.
 */
final class Node implements AutoCloseable {

  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(8);

  /** Far beyond any fault. */
  private static final Duration OPEN_TIMEOUT = Duration.ofMinutes(2);

  private final String name;
  private final String namespace;
  private final int maxInFlight;
  private final Duration historyRetention;
  private final List<TcpProxy> links = new ArrayList<>();
  private final SkewedClock clock = new SkewedClock();
  private final List<StorageCounters> past = new ArrayList<>();
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

  /** Whether it keeps superseded versions for less than a second. */
  boolean forgetsSoon() {
    return historyRetention.toMillis() < 1_000;
  }

  SkewedClock clock() {
    return clock;
  }

  /** The storage of its present life, which may have been closed already. */
  DistributedStorage storage() {
    return Objects.requireNonNull(storage, "it has never joined");
  }

  /** Joins, however long the cluster can't be reached. */
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

  /** What a client must be told to connect to. */
  static List<String> endpoints(List<TcpProxy> links) {
    return links.stream().map(link -> "http://127.0.0.1:" + link.address().getPort()).toList();
  }

  /** Leaves; its clients find it closed until it has joined again. */
  void leave() {
    DistributedStorage left = storage;
    if (left != null) {
      left.close();
      past.add(left.status().counters());
    }
    KvStore connected = store;
    if (connected != null) {
      connected.close();
    }
    store = null;
  }

  /** What was counted in its past lives; complete once it has left. */
  List<StorageCounters> counters() {
    return past;
  }

  @Override
  public void close() {
    leave();
    links.forEach(TcpProxy::close);
  }
}
