package io.petacore.simulation;

import io.petacore.DistributedStorage;
import io.petacore.StorageParts;
import io.petacore.StorageStatus;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.PetaCoreException;
import io.petacore.internal.commit.PipelineInvariants;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.internal.mvcc.CacheInvariants;
import io.petacore.store.StoreLimits;
import io.petacore.transaction.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One run: storages on a model of etcd, their applications, and faults, all drawn from a seed. The
 * same seed gives the same run.
 */
final class Simulation {

  static final Namespace NAMESPACE = Namespace.of("n/");

  /** The revision that writes the initial contents of the store. */
  static final long PREPARED = TrueHistory.EMPTY + 1;

  /** Maximum duration of the faults, unless the clients end earlier. */
  private static final long HARM = 30 * Timeline.SECOND;

  private static final long LONGEST = 200 * Timeline.SECOND;

  private final long seed;
  private final Trace trace;
  private final Timeline timeline;
  private final Violations violations = new Violations();
  private final Fibers fibers;
  private final Faults faults;
  private final TrueHistory truth = new TrueHistory();
  private final Cluster cluster;
  private final List<Node> nodes = new ArrayList<>();
  private final List<Client> clients = new ArrayList<>();
  private final Judge judge;
  private final PastReader past;
  private final FreshReader fresh;
  private final Programs programs;
  private final Nemesis nemesis;
  private final Processes processes;
  private final Settings settings;
  private final @Nullable Isolation isolation;
  private final Census census = new Census();

  private Simulation(long seed, boolean verbose) {
    this.seed = seed;
    trace = new Trace(verbose);
    timeline = new Timeline(seed, trace);
    fibers = new Fibers(timeline, violations);
    faults = new Faults(timeline);
    settings = Settings.drawnFrom(timeline);
    cluster =
        new Cluster(
            timeline,
            trace,
            new StoreLimits(settings.maxOperations(), 1 << 16),
            settings.pageSize(),
            truth);
    Fault lasting = faults.lasting();
    int count = (lasting == null ? 1 : 2) + timeline.random().nextInt(lasting == null ? 3 : 2);
    for (int i = 1; i <= count; i++) {
      nodes.add(new Node(timeline, i));
    }
    judge = new Judge(timeline, truth, faults, violations, trace);
    past = new PastReader(timeline, fibers, judge, nodes);
    fresh = new FreshReader(timeline, fibers, judge, nodes);
    programs = new Programs(timeline, fibers, judge, settings.maxOperations());
    processes =
        new Processes(
            timeline,
            trace,
            fibers,
            faults,
            violations,
            cluster,
            settings,
            judge,
            census,
            clients,
            this::inspectCache);
    nemesis = new Nemesis(timeline, trace, faults, cluster, nodes, processes);
    isolation = lasting == null ? null : isolation(lasting);
    if (nemesis.hasWildClocks()) {
      judge.doNotJudgeThePast();
    }
  }

  /**
   * Returns the isolation of the run. Its bound allows for a lease that is renewed once more, and
   * for a retry of what the lease blocked.
   */
  private Isolation isolation(Fault kind) {
    long bound = 2 * settings.sessionTimeout() + settings.commitTimeout() + 10 * Timeline.SECOND;
    return new Isolation(
        timeline,
        fibers,
        faults,
        violations,
        trace,
        cluster,
        processes,
        nodes,
        kind,
        bound,
        settings.maxOperations());
  }

  /**
   * Runs a seed.
   *
   * @param verbose whether to log every event
   */
  static Result run(long seed, boolean verbose) {
    return Fibers.call(() -> runHere(seed, verbose));
  }

  private static Result runHere(long seed, boolean verbose) {
    try (ErrorLog errors = new ErrorLog()) {
      Simulation simulation = new Simulation(seed, verbose);
      try {
        simulation.run();
      } catch (RuntimeException | Error thrown) {
        simulation.violations.add("the simulation failed", thrown);
      }
      errors.lines().forEach(line -> simulation.violations.add("an error was logged: " + line));
      return simulation.result();
    }
  }

  private Result result() {
    return new Result(
        seed,
        trace.hash(),
        violations.found(),
        census.of(judge, past, fresh, truth),
        faults.struck());
  }

  static Bytes stored(Bytes key) {
    return NAMESPACE.toStore(key);
  }

  static boolean isRecord(Bytes storeKey) {
    return storeKey.equals(RECORD);
  }

  private static final Bytes RECORD = stored(ReservedKeys.COMMIT_RECORD);

  // ---- the run

  private void run() {
    Preparation.prepare(cluster, faults, settings.buckets());
    nodes.forEach(processes::open);
    int transactions = 20 + timeline.random().nextInt(60);
    int count = 2 + timeline.random().nextInt(6);
    for (int i = 0; i < count; i++) {
      Node node = nodes.get(i % nodes.size());
      clients.add(
          new Client(
              "client " + i,
              timeline,
              fibers,
              judge,
              node,
              programs,
              past,
              fresh,
              transactions / count));
    }
    clients.forEach(processes::start);
    if (timeline.chance(0.05)) {
      nodes.forEach(node -> fibers.start(node.life(), () -> fresh.loop(node, this::clientsRun)));
    }
    nemesis.begin();
    if (isolation == null) {
      timeline.after(HARM, null, this::heal);
    } else {
      isolation.begin();
      if (!awaitUntil("the isolation ends", isolation::isOver)) {
        return;
      }
      heal();
    }
    if (!awaitUntil("the clients come to an end", () -> !clientsRun())) {
      return;
    }
    heal();
    fibers.pause(10 * Timeline.SECOND); // late messages arrive; dead connections are detected
    commitOnceMore();
    if (awaitUntil("all nodes come to the end", () -> nodes.stream().allMatch(this::isAtTheEnd))
        && awaitUntil("every subscriber has the newest state", processes::areSubscribersRight)
        && awaitUntil("every pipeline is idle", () -> nodes.stream().allMatch(this::isIdle))) {
      nodes.forEach(this::inspect);
      judge.judge();
      countUp();
      nodes.forEach(this::close);
    }
    fibers.killAll();
  }

  private boolean clientsRun() {
    return !clients.stream().allMatch(Client::isDone);
  }

  /**
   * Checks that every node can commit. By that commit a node detects what its watch omitted, or by
   * writing a key that a foreign writer changed.
   */
  private void commitOnceMore() {
    for (Node node : nodes) {
      commitOnceMore(node, "z");
      for (String key : node.missedNone() ? List.<String>of() : Programs.foreignKeys()) {
        commitOnceMore(node, key);
      }
    }
  }

  private void commitOnceMore(Node node, String key) {
    awaitUntil(
        node + " writes " + key,
        () -> {
          DistributedStorage storage = node.storage();
          try {
            if (storage != null) {
              storage.runTransaction(tx -> tx.write(key, "the last one"));
              return true;
            }
          } catch (PetaCoreException again) {
            trace.note("again", 0, again::toString);
          }
          return false;
        });
  }

  /** Ends all faults. */
  private void heal() {
    faults.end();
    cluster.heal();
    for (Node node : nodes) {
      node.cutOffFor(0);
      node.loseWatchesFor(0);
    }
  }

  /**
   * Runs events until a condition holds; returns false if that takes too long, or after a
   * violation.
   */
  private boolean awaitUntil(String what, java.util.function.BooleanSupplier so) {
    long begun = timeline.now();
    while (violations.areNone() && !so.getAsBoolean()) {
      if (timeline.now() - begun > LONGEST) {
        violations.add("not within " + LONGEST / Timeline.SECOND + " s: " + what);
      }
      fibers.pause(50 * Timeline.MILLISECOND);
    }
    return violations.areNone();
  }

  private boolean isAtTheEnd(Node node) {
    DistributedStorage storage = node.storage();
    return storage != null
        && storage.status().state() == StorageStatus.State.SYNCED
        && storage.revision() == truth.newest();
  }

  private boolean isIdle(Node node) {
    DistributedStorage storage = node.storage();
    List<String> broken = new ArrayList<>();
    if (storage != null) {
      PipelineInvariants.check(StorageParts.pipeline(storage), Processes.PLACES, broken::add);
    }
    return broken.isEmpty();
  }

  private void inspect(Node node) {
    DistributedStorage storage = java.util.Objects.requireNonNull(node.storage());
    inspectCache(node, storage);
    Map<Bytes, Bytes> held = new TreeMap<>();
    try (Snapshot snapshot = storage.snapshot()) {
      for (Entry entry : snapshot.scan(KeyRange.all())) {
        held.put(entry.key(), entry.value());
      }
    }
    judge.hasEverything(node, held, (key, how) -> violations.add(key + ": " + how));
    for (Bytes key : truth.keys()) {
      judge.read(node, "a last look", key, truth.newest(), storage.read(key));
    }
  }

  /**
   * A node that detects an omitted revision may take the store for another history; so may a node
   * for which a compaction left no proof that the history is the same.
   */
  private void inspectCache(Node node, DistributedStorage storage) {
    boolean unproved =
        faults.hasStruck(Fault.COMPACTION) && storage.status().counters().otherHistories() > 0;
    CacheInvariants.check(
        StorageParts.cache(storage),
        truth.lost() == null && !faults.haveLost() && !unproved,
        broken -> violations.add(node + ": " + broken));
  }

  /** Checks that each counter is the number of increments applied. */
  private void countUp() {
    census.countersAreRight(judge, violations);
  }

  private void close(Node node) {
    DistributedStorage storage = java.util.Objects.requireNonNull(node.storage());
    census.take(storage.status());
    CompletableFuture<Boolean> closed = new CompletableFuture<>();
    fibers.start(
        node.life(),
        () -> {
          storage.close();
          closed.complete(true);
        });
    if (!fibers.await(closed, LONGEST)) {
      violations.add(node + " can't be closed");
    }
  }
}
