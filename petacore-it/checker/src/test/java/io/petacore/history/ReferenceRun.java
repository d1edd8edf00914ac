package io.petacore.history;

import io.petacore.history.MicroOp.PointOp;
import io.petacore.transaction.IsolationLevel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;

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
    APPLIES_FAILURES
  }

  private static final double FAULTY = 0.02;

  private final Random random;
  private final Workload workload;
  private final Defect defect;
  private final HistoryRecorder recorder = new HistoryRecorder(() -> 0);
  private final List<Node> nodes = new ArrayList<>();
  private final List<Client> clients = new ArrayList<>();

  /** The values of each key by revision; a register is a list of one element. */
  private final Map<String, NavigableMap<Long, List<Long>>> states = new HashMap<>();

  private long revision = 1;

  private static final class Node {
    long applied = 1;
  }

  private final class Client {
    private final Node node;
    private final HistoryRecorder.Client client;
    private final Map<String, List<Long>> own = new HashMap<>();
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
      PointOp op = (PointOp) left.get(0);
      left = left.subList(1, left.size());
      boolean newest =
          plan.level() == IsolationLevel.READ_COMMITTED || defect == Defect.READS_NEWEST;
      List<Long> there = own.getOrDefault(op.key(), at(op.key(), newest ? node.applied : snapshot));
      if (op.writes()) {
        List<Long> written = new ArrayList<>(op.isOfList() ? there : List.of());
        written.add(op.written());
        own.put(op.key(), written);
        recording.note(op);
      } else if (op.isOfList()) {
        recording.note(new MicroOp.ListRead(op.key(), there));
      } else {
        recording.note(new MicroOp.RegisterRead(op.key(), there.isEmpty() ? null : there.get(0)));
      }
    }

    private void commit() {
      boolean faulty = random.nextDouble() < FAULTY;
      if (!own.isEmpty() && plan.level() == IsolationLevel.SNAPSHOT && conflicts()) {
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
          node.applied = revision;
        }
      }
      recording.ok();
    }

    private boolean conflicts() {
      return defect != Defect.LOSES_UPDATES
          && own.keySet().stream()
              .anyMatch(
                  key -> {
                    NavigableMap<Long, List<Long>> versions = states.get(key);
                    return versions != null && versions.lastKey() > snapshot;
                  });
    }

    private void apply() {
      revision++;
      own.forEach(
          (key, values) -> {
            if (defect == Defect.TEARS_COMMITS) {
              revision++;
            }
            states.computeIfAbsent(key, any -> new TreeMap<>()).put(revision, List.copyOf(values));
          });
    }

    void readAll() {
      commit();
      node.applied = revision;
      for (Plan last : workload.readAll()) {
        Recording reading = client.invoke(last.level());
        PointOp op = (PointOp) last.ops().get(0);
        List<Long> there = at(op.key(), node.applied);
        reading.note(
            op.isOfList()
                ? new MicroOp.ListRead(op.key(), there)
                : new MicroOp.RegisterRead(op.key(), there.isEmpty() ? null : there.get(0)));
        reading.ok();
      }
    }
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
      long seed, int transactions, Workload.Form form, double readCommitted, Defect defect) {
    Workload workload = new Workload(seed, form, 10, readCommitted);
    return new ReferenceRun(seed, workload, defect).run(transactions);
  }

  private History run(int transactions) {
    while (recorder.count() < transactions) {
      clients.get(random.nextInt(clients.size())).step();
      Node node = nodes.get(random.nextInt(nodes.size()));
      if (random.nextInt(3) == 0 && node.applied < revision) {
        node.applied++;
      }
      if (defect == Defect.GOES_BACK && random.nextDouble() < FAULTY / 10) {
        node.applied = Math.max(1, node.applied - 50);
      }
    }
    clients.get(0).readAll();
    return recorder.history();
  }

  private List<Long> at(String key, long at) {
    NavigableMap<Long, List<Long>> versions = states.get(key);
    Map.Entry<Long, List<Long>> entry = versions == null ? null : versions.floorEntry(at);
    return entry == null ? List.of() : entry.getValue();
  }
}
