package io.petacore.simulation;

import io.petacore.DistributedStorage;
import io.petacore.StorageParts;
import io.petacore.StorageStatus;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.PetaCoreException;
import io.petacore.internal.commit.PipelineInvariants;
import io.petacore.internal.format.FormatRecord;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.internal.mvcc.Applied;
import io.petacore.internal.mvcc.CacheInvariants;
import io.petacore.internal.mvcc.InterruptedReads;
import io.petacore.store.Batch;
import io.petacore.store.Event;
import io.petacore.store.Operation;
import io.petacore.store.StoreLimits;
import io.petacore.transaction.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * One run: storages on a model of etcd, their applications, and what goes wrong, all of it drawn
 * from a seed. The same seed gives the same run.
 */
final class Simulation implements Nemesis.Operator {

  static final Namespace NAMESPACE = Namespace.of("n/");

  /** The revision that the store is prepared with. */
  static final long PREPARED = TrueHistory.EMPTY + 1;

  /** For so long things go wrong, if the clients have not come to an end before. */
  private static final long HARM = 30 * Timeline.SECOND;

  private static final long LONGEST = 200 * Timeline.SECOND;
  private static final int PLACES = 1_000;
  private static final long MOMENT = 10 * Timeline.MILLISECOND;

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
  private final Programs programs;
  private final Nemesis nemesis;
  private final Settings settings;
  private final Census census = new Census();

  /** The settings of all nodes of a run. */
  private record Settings(
      int buckets,
      int maxOperations,
      long retention,
      long historyBytes,
      long commitTimeout,
      long sessionTimeout,
      int maxInFlight,
      int pageSize) {

    static Settings drawnFrom(Timeline timeline) {
      Random random = timeline.random();
      return new Settings(
          List.of(1, 4, 64, 4096).get(random.nextInt(4)),
          List.of(16, 32, 128).get(random.nextInt(3)),
          List.of(300, 2_000, 10_000).get(random.nextInt(3)) * Timeline.MILLISECOND,
          timeline.chance(0.2) ? 4_000 : 256 << 20,
          (1 + random.nextInt(4)) * Timeline.SECOND,
          (1 + random.nextInt(9)) * Timeline.SECOND,
          1 + random.nextInt(4),
          List.of(1, 2, 5, 1_000).get(random.nextInt(4)));
    }
  }

  private Simulation(long seed, boolean told) {
    this.seed = seed;
    trace = new Trace(told);
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
    int count = 1 + timeline.random().nextInt(3);
    for (int i = 1; i <= count; i++) {
      nodes.add(new Node(timeline, i));
    }
    judge = new Judge(timeline, truth, faults, violations, trace);
    past = new PastReader(timeline, fibers, judge, nodes);
    programs = new Programs(timeline, fibers, judge, settings.maxOperations());
    nemesis = new Nemesis(timeline, trace, faults, cluster, nodes, this);
    if (nemesis.hasWildClocks()) {
      judge.doNotJudgeThePast();
    }
  }

  /**
   * Runs a seed.
   *
   * @param told whether to log every step
   */
  static Result run(long seed, boolean told) {
    return Fibers.call(() -> runHere(seed, told));
  }

  private static Result runHere(long seed, boolean told) {
    try (ErrorLog errors = new ErrorLog()) {
      Simulation simulation = new Simulation(seed, told);
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
        seed, trace.hash(), violations.found(), census.of(judge, past, truth), faults.struck());
  }

  static Bytes stored(Bytes key) {
    return NAMESPACE.toStore(key);
  }

  static boolean isRecord(Bytes storeKey) {
    return storeKey.equals(RECORD);
  }

  private static final Bytes RECORD = stored(ReservedKeys.COMMIT_RECORD);

  // ---- from the beginning to the end

  private void run() {
    prepare();
    nodes.forEach(this::open);
    int transactions = 20 + timeline.random().nextInt(60);
    int count = 2 + timeline.random().nextInt(6);
    for (int i = 0; i < count; i++) {
      Node node = nodes.get(i % nodes.size());
      clients.add(
          new Client(
              "client " + i, timeline, fibers, judge, node, programs, past, transactions / count));
    }
    clients.forEach(this::start);
    nemesis.begin();
    timeline.after(HARM, null, this::heal);
    if (!awaitUntil(
        "the clients come to an end", () -> clients.stream().allMatch(Client::isDone))) {
      return;
    }
    heal();
    fibers.pause(10 * Timeline.SECOND); // what is late arrives; what is dead is noticed
    commitOnceMore();
    if (awaitUntil("all nodes come to the end", () -> nodes.stream().allMatch(this::isAtTheEnd))
        && awaitUntil("everybody is told", () -> nodes.stream().allMatch(this::isIdle))) {
      nodes.forEach(this::inspect);
      judge.judge();
      countUp();
      nodes.forEach(this::close);
    }
    fibers.killAll();
  }

  /** What a watch has left out its node finds out at the next commit. */
  private void commitOnceMore() {
    while (violations.areNone() && faults.hasStruck(Fault.WATCH_LOSES)) {
      DistributedStorage storage = nodes.get(0).storage();
      try {
        if (storage != null) {
          storage.runTransaction(tx -> tx.write("z", "the last one"));
          return;
        }
      } catch (PetaCoreException again) {
        trace.note("again", 0, again::toString);
      }
      fibers.pause(Timeline.SECOND);
    }
  }

  /** From now on nothing goes wrong. */
  private void heal() {
    faults.end();
    cluster.heal();
    nodes.forEach(node -> node.cutOffFor(0));
  }

  /** Format, and accounts with money. */
  private void prepare() {
    List<Operation> puts = new ArrayList<>();
    puts.add(
        new Operation.Put(
            stored(ReservedKeys.FORMAT), new FormatRecord(settings.buckets()).encode()));
    for (int i = 0; i < Programs.ACCOUNTS; i++) {
      puts.add(
          new Operation.Put(
              stored(Bytes.utf8("a" + i)), Bytes.utf8(String.valueOf(Programs.BALANCE))));
    }
    cluster.serve(() -> cluster.model().commit(new Batch(List.of(), puts, List.of())));
  }

  private void start(Client client) {
    fibers.start(client.node().life(), client::run);
  }

  /** Lets everything go on until something is so; false if that takes too long, or all is lost. */
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
        && storage.appliedRevision() == truth.newest();
  }

  private boolean isIdle(Node node) {
    DistributedStorage storage = node.storage();
    List<String> broken = new ArrayList<>();
    if (storage != null) {
      PipelineInvariants.check(StorageParts.pipeline(storage), PLACES, broken::add);
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

  /** A node that finds that it has missed something may take that for another history. */
  private void inspectCache(Node node, DistributedStorage storage) {
    CacheInvariants.check(
        StorageParts.cache(storage),
        truth.lost() == null && !faults.hasStruck(Fault.WATCH_LOSES),
        broken -> violations.add(node + ": " + broken));
  }

  /** Each counter is the number of increments that were carried out. */
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

  // ---- opening, closing, dying

  private void open(Node node) {
    Life life = node.life();
    fibers.start(
        life,
        () -> {
          while (node.storage() == null) {
            try {
              DistributedStorage storage = builder(node).open();
              node.opened(storage);
              watch(node, storage, 0);
              trace.note("open", storage.appliedRevision(), life::toString);
            } catch (PetaCoreException failure) {
              trace.note("unopened", 0, () -> life + ": " + failure);
            }
          }
        });
  }

  private DistributedStorage.Builder builder(Node node) {
    Life life = node.life();
    DistributedStorage.Builder builder =
        DistributedStorage.builder(new Connection(cluster, timeline, trace, faults, node))
            .namespace("n/")
            .historyRetention(Duration.ofNanos(settings.retention()))
            .maxHistoryBytes(settings.historyBytes())
            .commitTimeout(Duration.ofNanos(settings.commitTimeout()))
            .sessionTimeout(Duration.ofNanos(settings.sessionTimeout()))
            .maxInFlight(settings.maxInFlight())
            .maxPendingCommits(PLACES)
            .executor(work -> fibers.start(life, work))
            .physicalClock(node::wallClock);
    StorageParts.cache(
        builder,
        (retention, bytes, nanoTime) ->
            InterruptedReads.cache(retention, bytes, nanoTime, this::stopReader));
    StorageParts.schedule(builder, new SimulatedScheduler(timeline, fibers, life, violations));
    return builder;
  }

  private void stopReader() {
    if (fibers.isReading() && faults.strike(Fault.READER_STOPPED)) {
      long time = timeline.about(timeline.chance(0.5) ? settings.retention() : MOMENT);
      fibers.pause(Math.min(time, LONGEST / 4)); // all are to come to an end
    }
  }

  /** Reads in the very moment in which a revision is published. */
  @SuppressWarnings("FutureReturnValueIgnored") // what is wrong, the judge keeps
  private void watch(Node node, DistributedStorage storage, long seen) {
    StorageParts.whenApplied(storage, seen + 1)
        .thenAccept(
            applied -> {
              look(node, storage, seen, applied);
              watch(node, storage, applied.revision());
            });
  }

  private void look(Node node, DistributedStorage storage, long seen, Applied applied) {
    long newest = Math.min(applied.revision(), truth.newest());
    for (long revision = Math.max(seen, PREPARED) + 1; revision <= newest; revision++) {
      for (Event event : truth.revision(revision).events()) {
        Bytes key = NAMESPACE.fromStore(event.key());
        if (key.byteAt(0) != 0) {
          judge.read(node, "whoever waited", key, applied.revision(), storage.read(key));
        }
      }
    }
  }

  @Override
  public void reopen(Node node) {
    DistributedStorage storage = node.storage();
    if (storage == null) {
      return;
    }
    trace.note("close", 0, node::toString);
    census.take(storage.status());
    inspectCache(node, storage);
    fibers.start(
        node.life(),
        () -> {
          storage.close();
          if (node.storage() == storage) {
            node.opened(null);
            open(node);
          }
        });
  }

  @Override
  public void crash(Node node, long downFor) {
    trace.note("crash", downFor, node::toString);
    DistributedStorage storage = node.storage();
    if (storage != null) {
      census.take(storage.status());
    }
    Life last = node.life();
    cluster.breakStreams(node);
    node.beginAnew();
    fibers.kill(last);
    timeline.after(
        downFor,
        node.life(),
        () -> {
          open(node);
          clients.stream().filter(client -> client.node() == node).forEach(this::start);
        });
  }
}
