package io.petacore.history;

import io.petacore.data.KeyRange;
import io.petacore.history.MicroOp.PointOp;
import io.petacore.history.MicroOp.RangeRead;
import io.petacore.transaction.IsolationLevel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A small reference database that keeps the guarantees, or has one defect: nodes that lag behind
 * one order of commits. It runs on one thread, and a seed decides which client takes the next step;
 * so a run gives a history of any length that is known to be correct, or to have the defect.
 */
final class ReferenceRun {

  /** The defects. */
  enum Defect {
    NONE,
    /** A commit is not checked for conflicts. */
    LOSES_UPDATES,
    /** A Snapshot transaction reads the newest state. */
    READS_NEWEST,
    /** A commit is applied in two parts. */
    TEARS_COMMITS,
    /** A node does not wait until it has applied its own commit. */
    FORGETS_OWN_COMMITS,
    /** A node restarts with an older state. */
    GOES_BACK,
    /** A transaction reported as committed is not applied. */
    LOSES_COMMITS,
    /** A transaction reported as not applied is applied. */
    APPLIES_FAILURES,
    /** A Serializable transaction does not guard the keys that it read. */
    READS_UNGUARDED,
    /** A Serializable transaction guards the keys that it found in a range, not those absent. */
    RANGES_UNGUARDED,
    /** Of two transactions in one batch each may write what the other has read. */
    BATCHES_UNJUDGED,
    /** A delete is not checked for conflicts. */
    DELETES_UNGUARDED
  }

  private static final double FAULTY = 0.02;

  private final Random random;
  private final Workload workload;
  private final Defect defect;
  private final HistoryRecorder recorder = new HistoryRecorder(() -> 0);
  private final ReferenceDatabase database = new ReferenceDatabase();
  private final List<Node> nodes = new ArrayList<>();
  private final List<Client> clients = new ArrayList<>();

  private static final class Node {
    long applied = 1;
  }

  private final class Client {
    private final Node node;
    private final HistoryRecorder.Client client;

    /** What it has written; a deleted key is empty. */
    private final Map<String, List<Long>> own = new HashMap<>();

    private final Set<String> read = new HashSet<>();
    private final List<KeyRange> ranges = new ArrayList<>();
    private List<MicroOp> left = List.of();
    private Plan plan = new Plan(IsolationLevel.SNAPSHOT, List.of());
    private Recording recording;
    private long snapshot;

    Client(Node node, HistoryRecorder.Client client) {
      this.node = node;
      this.client = client;
      this.recording = begin();
    }

    private Recording begin() {
      plan = workload.next();
      left = plan.ops();
      own.clear();
      read.clear();
      ranges.clear();
      Recording begun = client.invoke(plan.level());
      snapshot = node.applied;
      return begun;
    }

    void step() {
      if (left.isEmpty()) {
        commit();
        recording = begin();
        return;
      }
      MicroOp op = left.get(0);
      left = left.subList(1, left.size());
      recording.note(op instanceof RangeRead range ? scan(range) : run((PointOp) op));
    }

    private long readAt() {
      boolean newest =
          plan.level() == IsolationLevel.READ_COMMITTED || defect == Defect.READS_NEWEST;
      return newest ? node.applied : snapshot;
    }

    private PointOp run(PointOp op) {
      List<Long> there = own.getOrDefault(op.key(), database.at(op.key(), readAt()));
      if (!op.writes()) {
        read.add(op.key());
        return reading(op.key(), op.isOfList(), there);
      }
      if (op instanceof MicroOp.Delete
          && there.isEmpty()
          && plan.level() != IsolationLevel.READ_COMMITTED) {
        read.add(op.key());
        return PointOp.absent(op.key(), false);
      }
      own.put(op.key(), op.appliedTo(there));
      return op;
    }

    private RangeRead scan(RangeRead range) {
      ranges.add(range.range());
      List<PointOp> found = new ArrayList<>();
      database
          .scan(range.range(), readAt(), own)
          .forEach((key, value) -> found.add(reading(key, range.lists(), value)));
      return new RangeRead(range.from(), range.to(), range.lists(), found);
    }

    private void commit() {
      boolean faulty = random.nextDouble() < FAULTY;
      if (!own.isEmpty() && plan.level() != IsolationLevel.READ_COMMITTED && conflicts()) {
        if (defect == Defect.APPLIES_FAILURES && faulty) {
          apply();
        }
        recording.fail();
        return;
      }
      if (!own.isEmpty() && random.nextDouble() < FAULTY) {
        if (random.nextBoolean()) {
          apply();
        }
        recording.unknown();
        return;
      }
      if (!own.isEmpty() && !(defect == Defect.LOSES_COMMITS && faulty)) {
        apply();
        if (!(defect == Defect.FORGETS_OWN_COMMITS && faulty)) {
          node.applied = database.revision();
        }
      }
      recording.ok();
    }

    private boolean conflicts() {
      return (defect != Defect.LOSES_UPDATES && writesChanged())
          || (plan.level() == IsolationLevel.SERIALIZABLE && readsChanged());
    }

    private boolean writesChanged() {
      return own.entrySet().stream()
          .filter(write -> defect != Defect.DELETES_UNGUARDED || !write.getValue().isEmpty())
          .anyMatch(write -> database.isChanged(write.getKey(), snapshot, database.revision()));
    }

    private boolean readsChanged() {
      // Two transactions in one batch: both are judged by the state before either.
      long now = database.revision() - (defect == Defect.BATCHES_UNJUDGED ? 1 : 0);
      if (now <= snapshot) {
        return false;
      }
      if (defect != Defect.READS_UNGUARDED
          && read.stream().anyMatch(key -> !database.isStillSo(key, snapshot, now))) {
        return true;
      }
      return ranges.stream().anyMatch(range -> isChanged(range, now));
    }

    private boolean isChanged(KeyRange range, long now) {
      Set<String> keys = new HashSet<>(database.scan(range, snapshot, Map.of()).keySet());
      if (defect != Defect.RANGES_UNGUARDED) {
        keys.addAll(database.scan(range, now, Map.of()).keySet());
      }
      return keys.stream().anyMatch(key -> !database.isStillSo(key, snapshot, now));
    }

    private void apply() {
      database.apply(own, defect == Defect.TEARS_COMMITS);
    }

    void readAll() {
      commit();
      node.applied = database.revision();
      for (Plan last : workload.readAll()) {
        Recording reading = client.invoke(last.level());
        PointOp op = (PointOp) last.ops().get(0);
        reading.note(reading(op.key(), op.isOfList(), database.at(op.key(), node.applied)));
        reading.ok();
      }
    }
  }

  private static PointOp reading(String key, boolean list, List<Long> value) {
    if (list) {
      return new MicroOp.ListRead(key, value);
    }
    return value.isEmpty()
        ? PointOp.absent(key, false)
        : new MicroOp.RegisterRead(key, value.get(0));
  }

  private ReferenceRun(long seed, Workload workload, Defect defect) {
    this.random = new Random(seed);
    this.workload = workload;
    this.defect = defect;
    for (int n = 0; n < 3; n++) {
      Node node = new Node();
      nodes.add(node);
      for (int thread = 0; thread < 4; thread++) {
        clients.add(new Client(node, recorder.client("n" + n, "t" + thread)));
      }
    }
  }

  /** Runs a number of transactions. */
  static History run(
      long seed, int transactions, Workload.Form form, Workload.Mix mix, Defect defect) {
    Workload workload = new Workload(seed, form, 10, mix);
    return new ReferenceRun(seed, workload, defect).run(transactions);
  }

  private History run(int transactions) {
    while (recorder.count() < transactions) {
      clients.get(random.nextInt(clients.size())).step();
      Node node = nodes.get(random.nextInt(nodes.size()));
      if (random.nextInt(3) == 0 && node.applied < database.revision()) {
        node.applied++;
      }
      if (defect == Defect.GOES_BACK && random.nextDouble() < FAULTY / 10) {
        node.applied = Math.max(1, node.applied - 50);
      }
    }
    clients.get(0).readAll();
    return recorder.history();
  }
}
