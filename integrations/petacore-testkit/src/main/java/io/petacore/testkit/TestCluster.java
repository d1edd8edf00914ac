package io.petacore.testkit;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.petacore.DistributedStorage;
import io.petacore.StorageBuilder;
import io.petacore.data.Bytes;
import io.petacore.store.KvStore;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Nodes of one namespace, and the faults between them and their store. Every node is a storage that
 * the application under test may use; it sees what it would see if the others were in other
 * processes.
 *
 * <p>A fault lasts until {@link #heal()}, except a fault of the next commit, which occurs once. A
 * commit is a request that changes keys of the application.
 *
 * <p>Safe for use by many threads, but for {@link #close()}.
 */
public final class TestCluster implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final TransactionOptions PATIENT = TransactionOptions.defaults().timeout(PATIENCE);

  private final Backend backend;
  private final TestClock clock = new TestClock(Instant.now());
  private final Timer timer = new Timer();
  private final CommitFaults faults;
  private final List<FaultyStore> stores = new ArrayList<>();
  private final List<DistributedStorage> nodes = new ArrayList<>();

  @GuardedBy("this")
  private @Nullable KvStore direct;

  @GuardedBy("this")
  private @Nullable DistributedStorage rival;

  private TestCluster(Backend backend) {
    this.backend = backend;
    this.faults = new CommitFaults(backend.namespace(), this::changeAsRival);
  }

  /** {@return a new builder, for one node on the embedded store} */
  public static Builder builder() {
    return new Builder();
  }

  private void open(int count, NodeSettings settings) {
    for (int i = 0; i < count; i++) {
      FaultyStore store = new FaultyStore(backend.connect(), faults, timer);
      StorageBuilder builder = DistributedStorage.builder(store);
      settings.configure(i, builder);
      stores.add(store);
      nodes.add(builder.namespace(backend.namespace()).physicalClock(clock).open());
    }
  }

  // ---- the parts

  /**
   * Returns a node.
   *
   * @param index the number of the node, from 0
   * @return the storage
   * @throws IndexOutOfBoundsException if there is no such node
   */
  public DistributedStorage node(int index) {
    return nodes.get(index);
  }

  /** {@return all nodes, in order; unmodifiable} */
  public List<DistributedStorage> nodes() {
    return List.copyOf(nodes);
  }

  /** {@return the wall clock of all nodes} */
  public TestClock clock() {
    return clock;
  }

  /** {@return the endpoints of etcd, for processes of their own; empty on the embedded store} */
  public List<String> endpoints() {
    return backend.endpoints();
  }

  /** {@return the prefix of all keys in the store} */
  public String namespace() {
    return backend.namespace();
  }

  /**
   * Returns the store itself, which no fault concerns, to write as foreign programs do. Its keys
   * begin with the {@link #namespace()}.
   *
   * @return the store; the cluster closes it
   */
  public synchronized KvStore store() {
    KvStore store = direct;
    if (store == null) {
      store = backend.connect();
      direct = store;
    }
    return store;
  }

  // ---- faults

  /**
   * Cuts a node off from the store: its requests fail, and it gets no events. When this returns,
   * the node applies nothing more.
   *
   * @param node a node of this cluster
   */
  public void cut(DistributedStorage node) {
    storeOf(node).cut();
  }

  /**
   * Cuts a node off while its next commit is in flight. The commit is applied, and the node does
   * not learn of it before {@link #heal()}: if the timeout of the transaction ends first, its
   * outcome is unknown.
   *
   * @param node a node of this cluster
   */
  public void cutDuringNextCommit(DistributedStorage node) {
    storeOf(node).cutDuringCommit();
  }

  /**
   * Delays every request and every event of all nodes.
   *
   * @param delay the delay of each; zero for none
   */
  public void delay(Duration delay) {
    requireNotNegative(delay);
    stores.forEach(store -> store.delay(delay));
  }

  /**
   * Delays every request and every event of a node. When the delay is shortened, what was delayed
   * for longer continues at once; events keep their order.
   *
   * @param node a node of this cluster
   * @param delay the delay of each; zero for none
   */
  public void delay(DistributedStorage node, Duration delay) {
    requireNotNegative(delay);
    storeOf(node).delay(delay);
  }

  private static void requireNotNegative(Duration delay) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("a delay must not be negative: " + delay);
    }
  }

  /**
   * Loses the store's answer to the next commit, which is applied. Its node finds out from the
   * watch: the transaction succeeds, and is applied once.
   */
  public void loseNextAnswer() {
    faults.loseNextAnswer();
  }

  /**
   * Makes the next commit that changes a key conflict: right before it is applied, another node
   * changes the key. It writes the value that is there again; if the key is absent, it creates and
   * deletes it. So a body at Snapshot runs once more, on the same state.
   *
   * @param key the key, without the namespace
   */
  public void conflictNext(Bytes key) {
    openRival();
    faults.conflictNext(requireNonNull(key, "key"));
  }

  /**
   * Makes the next commit that changes a key conflict; see {@link #conflictNext(Bytes)}.
   *
   * @param key the key, without the namespace
   */
  public void conflictNext(String key) {
    conflictNext(Bytes.utf8(key));
  }

  /**
   * Ends all faults, including faults that have not occurred yet. Nodes that were cut off connect
   * again by themselves; {@link #awaitQuiet()} waits for them.
   */
  public void heal() {
    faults.clear();
    stores.forEach(FaultyStore::heal);
  }

  /**
   * Waits until every node that is not cut off has applied all that the namespace held in the store
   * at the call, and its subscriptions have been delivered it.
   *
   * @throws IllegalStateException if all nodes are cut off
   * @throws AssertionError if it takes more than 30 s
   */
  public void awaitQuiet() {
    List<DistributedStorage> connected = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      if (!stores.get(i).isCut()) {
        connected.add(nodes.get(i));
      }
    }
    if (connected.isEmpty()) {
      throw new IllegalStateException("every node is cut off: call heal() before awaitQuiet()");
    }
    // Not of a node, which may be read-only.
    long revision = openRival().barrier(PATIENT);
    for (DistributedStorage node : connected) {
      node.awaitRevision(revision, PATIENCE);
      awaitDelivery(node);
    }
  }

  private void awaitDelivery(DistributedStorage node) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (node.status().subscriptions().maxPendingChanges() > 0) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError(
            "the subscriptions of node "
                + nodes.indexOf(node)
                + " were not delivered within "
                + PATIENCE
                + ": "
                + node.status().subscriptions());
      }
      LockSupport.parkNanos(100_000);
    }
  }

  private FaultyStore storeOf(DistributedStorage node) {
    int index = nodes.indexOf(requireNonNull(node, "node"));
    if (index < 0) {
      throw new IllegalArgumentException("this storage is not a node of the cluster");
    }
    return stores.get(index);
  }

  // ---- the rival

  private synchronized DistributedStorage openRival() {
    DistributedStorage opened = rival;
    if (opened == null) {
      opened =
          DistributedStorage.builder(store())
              .namespace(backend.namespace())
              .physicalClock(clock)
              .open();
      rival = opened;
    }
    return opened;
  }

  private CompletableFuture<?> changeAsRival(Bytes key) {
    DistributedStorage other = openRival();
    return other
        .callTransactionAsync(
            PATIENT.latest(),
            tx -> {
              Bytes value = tx.read(key);
              tx.write(key, value == null ? Bytes.EMPTY : value);
              return value == null;
            })
        .thenCompose(
            created ->
                created
                    ? other.runTransactionAsync(PATIENT, tx -> tx.delete(key))
                    : CompletableFuture.completedFuture(null));
  }

  /**
   * Closes all nodes, then their store. Idempotent.
   *
   * @throws AssertionError if a conflict could not be made
   */
  @Override
  public void close() {
    heal();
    nodes.forEach(DistributedStorage::close);
    synchronized (this) {
      if (rival != null) {
        rival.close();
      }
    }
    timer.close();
    backend.close();
    faults.requireNoFailure();
  }

  /** Settings of a {@link TestCluster}. To be used by one thread. */
  public static final class Builder {
    private int nodes = 1;
    private TestStore store = TestStore.EMBEDDED;
    private List<String> endpoints = List.of();
    private NodeSettings settings = new NodeSettings.Defaults();

    private Builder() {}

    /**
     * Sets the number of nodes. Default: 1.
     *
     * @param count at least 1
     * @return this builder
     * @throws IllegalArgumentException if it is less than 1
     */
    public Builder nodes(int count) {
      if (count < 1) {
        throw new IllegalArgumentException("a cluster has at least 1 node, not " + count);
      }
      nodes = count;
      return this;
    }

    /**
     * Sets the store. Default: {@link TestStore#EMBEDDED}.
     *
     * @param kind the kind of store
     * @return this builder
     */
    public Builder store(TestStore kind) {
      store = requireNonNull(kind, "kind");
      return this;
    }

    /**
     * Uses a running etcd cluster as the store.
     *
     * @param urls its endpoints
     * @return this builder
     */
    public Builder etcd(List<String> urls) {
      store = TestStore.ETCD;
      endpoints = List.copyOf(urls);
      return this;
    }

    /**
     * Sets the settings of the nodes. Default: the library's.
     *
     * @param nodeSettings configures each node
     * @return this builder
     */
    public Builder settings(NodeSettings nodeSettings) {
      settings = requireNonNull(nodeSettings, "nodeSettings");
      return this;
    }

    /**
     * Opens the nodes.
     *
     * @return the cluster; close it
     * @throws IllegalStateException if the store is {@link TestStore#ETCD} and there is none
     */
    public TestCluster open() {
      TestCluster cluster = new TestCluster(backend());
      try {
        cluster.open(nodes, settings);
        return cluster;
      } catch (RuntimeException | Error e) {
        cluster.close();
        throw e;
      }
    }

    private Backend backend() {
      if (store == TestStore.EMBEDDED) {
        return Backend.embedded();
      }
      return Backend.etcd(endpoints.isEmpty() ? EtcdServer.endpoints() : endpoints);
    }
  }
}
