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
 * Chaos, then rest, by turns until the time is over. During chaos clients work on all nodes, one
 * lane of faults hurts the cluster, another one the nodes, and somebody looks at every node whether
 * what must always hold does. At rest all faults are over and nobody commits, so that everything
 * can be held against everything else: {@link Rest}.
 *
 * <p>The seed decides which faults come in which order, of whom and for how long; what clients do
 * between is up to the machine. So a seed gives the same faults again, not the same run.
 */
final class ChaosRun implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ChaosRun.class);

  /** Of each kind of traffic on each node. */
  private static final int CLIENTS = 2;

  /** Between two transactions of a client, on average: the machine is to be busy, not drowned. */
  private static final Duration PACE = Duration.ofMillis(60);

  private static final long LOOK_EVERY_NANOS = 20_000_000;

  private final Options options;
  private final Timeline timeline = new Timeline();
  private final Arena arena = new Arena();
  private final RecordedHistory history;
  private final List<Traffic> traffics;
  private final KvStore direct;
  private final Rest rest;
  private final FaultLane<ClusterFaults.Kind> clusterLane;
  private final FaultLane<NodeFaults.Kind> nodeLane;
  private final AtomicLong looks = new AtomicLong();
  private long committed;
  private long notApplied;
  private long unknown;
  private int rests;

  ChaosRun(Options options) throws IOException {
    this.options = options;
    Files.createDirectories(options.report());
    history = new RecordedHistory(options.seed(), options.report().resolve("history.edn"));
    traffics = List.of(new Bank(), history, new SetOfAll(), new Orders(), new Blocks());
    direct = EtcdKvStore.connect(arena.etcd().endpoints());
    Disk disk = new Disk(arena.etcd(), arena.witness()::catchUp);
    rest = new Rest(arena, traffics, disk, direct);
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

  /** Runs, and says what came of it; that something was wrong is not thrown. */
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
      LOG.info("etcd printed last:\n{}", arena.etcd().log());
    }
    return result(failure);
  }

  private void period(Duration time) throws Exception {
    Ledger ledger = new Ledger();
    try {
      reign(ledger, time);
      long begun = timeline.now();
      rest.check(ledger);
      rests++;
      rest.clear();
      timeline.add(new Timeline.Span("rest", "REST", "all", begun, timeline.now()));
      LOG.info("{} at rest {}; {}", timeline.now() / 1_000_000_000, rests, ledger);
    } finally {
      committed += ledger.count(Ledger.Told.COMMITTED);
      notApplied += ledger.count(Ledger.Told.NOT_APPLIED);
      unknown += ledger.count(Ledger.Told.UNKNOWN);
    }
  }

  /** Lets chaos reign; when it returns, all is well again, and nobody commits. */
  private void reign(Ledger ledger, Duration time) throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    arena.process().start(ledger);
    try (Crew crew = new Crew()) {
      Lasting lasting = Lasting.until(() -> over.get() || crew.isStopped());
      LastingPartition partition = partition();
      if (partition == null) {
        crew.start(() -> clusterLane.strike(lasting, () -> over.get() || crew.isStopped()));
        crew.start(() -> nodeLane.strike(lasting, () -> over.get() || crew.isStopped()));
      } else {
        Random random = new Random(options.seed() + rests);
        crew.start(() -> partition.strike(arena.etcd(), timeline, random, time, lasting));
      }
      startClients(crew, ledger);
      for (Node node : arena.nodes()) {
        crew.repeat(() -> look(node));
      }
      new Propagation(timeline).start(crew, arena.nodes(), options.seed());
      long end = System.nanoTime() + time.toNanos();
      Await.until(
          "the time is over",
          time.plus(Await.PATIENCE),
          () -> System.nanoTime() >= end || crew.isStopped() || !arena.witness().isWell());
      over.set(true);
    }
    arena.witness().assertWell();
    arena.process().end();
  }

  /** What lasts in this period instead of the usual faults; null if nothing does. */
  private @Nullable LastingPartition partition() {
    if (options.lasting() != null) {
      return options.lasting();
    }
    return LastingPartition.isDue(rests) ? LastingPartition.dueIn(rests) : null;
  }

  private void startClients(Crew crew, Ledger ledger) {
    for (Node node : arena.nodes()) {
      for (Traffic traffic : traffics) {
        for (int i = 0; i < CLIENTS; i++) {
          String name =
              rests + "-" + node.name() + "-" + traffic.getClass().getSimpleName() + "-" + i;
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

  private void look(Node node) {
    try (Snapshot view = node.storage().snapshot()) {
      traffics.forEach(traffic -> traffic.check(view));
      looks.incrementAndGet();
    } catch (StorageClosedException | StoreUnavailableException e) {
      // It has left, or was cut off for so long that own commits are not visible to it.
    }
    LockSupport.parkNanos(LOOK_EVERY_NANOS);
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
        looks.get(),
        history.checked(),
        rests,
        counters,
        failure);
  }

  @Override
  public void close() {
    direct.close();
    arena.close();
  }
}
