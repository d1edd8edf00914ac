package io.petacore.it.chaos;

import io.petacore.StorageCounters;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.it.Ledger;
import io.petacore.it.fault.Lasting;
import io.petacore.store.KvStore;
import io.petacore.testing.Await;
import io.petacore.testing.Crew;
import io.petacore.transaction.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A chaos run: alternates between chaos and quiescence until its time is over. During chaos,
 * clients run transactions on all nodes, one lane of faults affects the cluster and another the
 * nodes, and invariants are checked on snapshots of every node. At quiescence there are no faults
 * and no commits, so that all states can be compared: {@link Quiescence}.
 *
 * <p>Kinds, order, victims and durations of faults are drawn from the seed. Thread scheduling is
 * not, so a seed repeats the faults, not the run.
 */
final class ChaosRun implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ChaosRun.class);

  /** Number of clients per workload and node. */
  private static final int CLIENTS = 2;

  /** Average pause between two transactions of a client, which limits the load of the machine. */
  private static final Duration PACE = Duration.ofMillis(60);

  private static final long CHECK_EVERY_NANOS = 20_000_000;

  private final Options options;
  private final Timeline timeline = new Timeline();
  private final Arena arena = new Arena();
  private final RecordedHistory history;
  private final List<Traffic> traffics;
  private final KvStore direct;
  private final Quiescence quiescence;
  private final FaultLane<ClusterFaults.Kind> clusterLane;
  private final FaultLane<NodeFaults.Kind> nodeLane;
  private final AtomicLong snapshots = new AtomicLong();
  private long committed;
  private long notApplied;
  private long unknown;
  private int checks;

  ChaosRun(Options options) throws IOException {
    this.options = options;
    Files.createDirectories(options.report());
    history = new RecordedHistory(options.seed(), options.report().resolve("history.edn"));
    traffics = List.of(new Bank(), history, new SetOfAll(), new Orders(), new Blocks());
    direct = EtcdKvStore.connect(arena.etcd().endpoints());
    Disk disk = new Disk(arena.etcd(), arena.observer()::catchUp);
    quiescence = new Quiescence(arena, traffics, disk, direct);
    ClusterFaults clusterFaults =
        new ClusterFaults(arena.etcd(), disk, new Quorum(arena.etcd(), timeline));
    NodeFaults nodeFaults = new NodeFaults(arena.nodes(), arena.process(), disk);
    clusterLane =
        new FaultLane<>(
            "cluster",
            options.seed(),
            List.of(ClusterFaults.Kind.values()),
            clusterFaults::draw,
            timeline);
    nodeLane =
        new FaultLane<>(
            "nodes",
            options.seed() + 1,
            List.of(NodeFaults.Kind.values()),
            nodeFaults::draw,
            timeline);
  }

  /** Runs chaos. A failed check is part of the result, not thrown. */
  static RunResult run(Options options) throws IOException {
    LOG.info("seed {}, {}", options.seed(), options.time());
    try (ChaosRun run = new ChaosRun(options)) {
      return run.run();
    }
  }

  private RunResult run() {
    Throwable failure = null;
    try {
      traffics.forEach(traffic -> traffic.prepare(arena.anyStorage()));
      Duration left = options.time();
      do {
        Duration period = options.period().compareTo(left) < 0 ? options.period() : left;
        period(period);
        left = options.time().minusNanos(timeline.now());
      } while (left.compareTo(Duration.ofSeconds(5)) > 0);
    } catch (AssertionError | Exception e) {
      failure = e;
      LOG.error("after {} s, seed {}", timeline.now() / 1_000_000_000, options.seed(), e);
      LOG.info("end of the etcd logs:\n{}", arena.etcd().log());
    }
    return result(failure);
  }

  private void period(Duration time) throws Exception {
    Ledger ledger = new Ledger();
    try {
      runChaos(ledger, time);
      long started = timeline.now();
      quiescence.check(ledger);
      checks++;
      quiescence.clear();
      timeline.add(new Timeline.Span("quiescence", "QUIESCENCE", "all", started, timeline.now()));
      LOG.info("after {} s, quiescence {}: {}", timeline.now() / 1_000_000_000, checks, ledger);
    } finally {
      committed += ledger.count(Ledger.Outcome.COMMITTED);
      notApplied += ledger.count(Ledger.Outcome.NOT_APPLIED);
      unknown += ledger.count(Ledger.Outcome.UNKNOWN);
    }
  }

  /**
   * Runs clients and faults; when it returns, all faults are healed and all clients have stopped.
   */
  private void runChaos(Ledger ledger, Duration time) throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    arena.process().start(ledger);
    try (Crew crew = new Crew()) {
      Lasting lasting = Lasting.until(() -> over.get() || crew.isStopped());
      LastingPartition partition = partition();
      if (partition == null) {
        crew.start(() -> clusterLane.run(lasting, () -> over.get() || crew.isStopped()));
        crew.start(() -> nodeLane.run(lasting, () -> over.get() || crew.isStopped()));
      } else {
        Random random = new Random(options.seed() + checks);
        crew.start(() -> partition.run(arena.etcd(), timeline, random, time, lasting));
      }
      startClients(crew, ledger);
      for (Node node : arena.nodes()) {
        crew.repeat(() -> checkSnapshot(node));
      }
      new Propagation(timeline).start(crew, arena.nodes(), options.seed());
      long end = System.nanoTime() + time.toNanos();
      Await.until(
          "the time is over",
          time.plus(Await.PATIENCE),
          () -> System.nanoTime() >= end || crew.isStopped() || !arena.observer().isConsistent());
      over.set(true);
    }
    arena.observer().assertConsistent();
    arena.process().end();
  }

  /** The lasting partition that replaces the usual faults in this period; null for none. */
  private @Nullable LastingPartition partition() {
    if (options.lasting() != null) {
      return options.lasting();
    }
    return LastingPartition.isDue(checks) ? LastingPartition.dueIn(checks) : null;
  }

  private void startClients(Crew crew, Ledger ledger) {
    for (Node node : arena.nodes()) {
      for (Traffic traffic : traffics) {
        for (int i = 0; i < CLIENTS; i++) {
          String name =
              checks + "-" + node.name() + "-" + traffic.getClass().getSimpleName() + "-" + i;
          Client client =
              new Client(node, name, options.seed() + name.hashCode(), ledger, timeline);
          crew.repeat(
              () -> {
                pause(client.random());
                traffic.step(client);
              });
        }
      }
    }
  }

  private static void pause(Random random) {
    LockSupport.parkNanos(random.nextLong(2 * PACE.toNanos()));
  }

  private void checkSnapshot(Node node) {
    try (Snapshot view = node.storage().snapshot()) {
      traffics.forEach(traffic -> traffic.check(view));
      snapshots.incrementAndGet();
    } catch (StorageClosedException | StoreUnavailableException e) {
      // The node has left, or does not see its own commits yet after a partition.
    }
    LockSupport.parkNanos(CHECK_EVERY_NANOS);
  }

  private RunResult result(@Nullable Throwable failure) {
    arena.etcd().heal();
    List<StorageCounters> counters = new ArrayList<>();
    for (Node node : arena.nodes()) {
      node.leave();
      counters.addAll(node.counters());
    }
    return new RunResult(
        options,
        arena.etcd().client().version(),
        timeline,
        timeline.now(),
        committed,
        notApplied,
        unknown,
        snapshots.get(),
        history.checked(),
        checks,
        counters,
        failure);
  }

  @Override
  public void close() {
    direct.close();
    arena.close();
  }
}
