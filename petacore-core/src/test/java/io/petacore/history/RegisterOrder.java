package io.petacore.history;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The order of a register's values, as far as it can be proved; the sources are those of Elle's
 * rw-register. All values come after the initial one; what a transaction writes comes after what it
 * has read; and since the writes of all nodes are in the order of time, and the reads of one node
 * in the order of its transactions, so is what they have read and written.
 */
final class RegisterOrder implements VersionOrder {

  /** Why one value comes after another: two transactions, or one. */
  record Reason(long before, long after, int first, int second) {}

  private final KeyEvidence key;
  private final Evidence evidence;

  /** The values that each committed transaction has read and written, one after another. */
  private final Map<Integer, List<Long>> touched = new LinkedHashMap<>();

  private final Map<Long, Map<Long, Reason>> next = new HashMap<>();
  private final Set<Long> versions = new LinkedHashSet<>();

  RegisterOrder(KeyEvidence key, Evidence evidence, Precedence.Relation inTime) {
    this.key = key;
    this.evidence = evidence;
    touched();
    touched.forEach(this::within);
    int[] members = touched.keySet().stream().mapToInt(txn -> txn).sorted().toArray();
    Precedence.visit(evidence.txns(), members, Precedence.SESSION, this::between);
    Precedence.visit(evidence.txns(), members, inTime, this::between);
    initialFirst();
  }

  private void touched() {
    for (int txn : keyTxns()) {
      List<Long> values = new ArrayList<>();
      boolean written = false;
      for (MicroOp op : evidence.txn(txn).ops()) {
        if (!op.key().equals(key.key())) {
          continue;
        }
        if (op.writes()) {
          values.add(op.written());
          written = true;
        } else if (!written && evidence.txn(txn).outcome() == Outcome.OK) {
          long version = op.seen().isEmpty() ? KeyEvidence.INITIAL : op.seen().get(0);
          KeyEvidence.Write write = key.writer(version);
          if (version == KeyEvidence.INITIAL
              || (write != null && evidence.isCommitted(write.txn()))) {
            values.add(version);
          }
        }
      }
      if (!values.isEmpty()) {
        touched.put(txn, values);
      }
    }
  }

  private int[] keyTxns() {
    Set<Integer> all = new LinkedHashSet<>();
    key.writes().values().forEach(write -> all.add(write.txn()));
    key.reads().forEach(read -> all.add(read.txn()));
    return all.stream().mapToInt(txn -> txn).filter(evidence::isCommitted).sorted().toArray();
  }

  private void within(int txn, List<Long> values) {
    for (int i = 0; i < values.size(); i++) {
      versions.add(values.get(i));
      if (i > 0) {
        add(values.get(i - 1), values.get(i), txn, txn);
      }
    }
  }

  private void between(int before, int after) {
    List<Long> earlier = touched.getOrDefault(before, List.of());
    List<Long> later = touched.getOrDefault(after, List.of());
    add(earlier.get(earlier.size() - 1), later.get(0), before, after);
  }

  private void add(long before, long after, int first, int second) {
    if (before != after) {
      next.computeIfAbsent(before, any -> new LinkedHashMap<>())
          .putIfAbsent(after, new Reason(before, after, first, second));
    }
  }

  /** The initial value comes before those that nothing else is known to come before. */
  private void initialFirst() {
    Set<Long> roots = new LinkedHashSet<>(versions);
    next.values().forEach(after -> roots.removeAll(after.keySet()));
    roots.remove(KeyEvidence.INITIAL);
    for (long root : roots) {
      KeyEvidence.Write write = key.writer(root);
      if (write != null) {
        add(KeyEvidence.INITIAL, root, write.txn(), write.txn());
      }
    }
  }

  /** Values that come after each other in a circle, a shortest one; empty if there are none. */
  List<Reason> cycle() {
    Long[] values = versions.toArray(Long[]::new);
    Map<Long, Integer> numbers = new HashMap<>();
    for (int i = 0; i < values.length; i++) {
      numbers.put(values[i], i);
    }
    Digraph.Builder builder = new Digraph.Builder();
    List<Reason> reasons = new ArrayList<>();
    next.values()
        .forEach(
            after ->
                after
                    .values()
                    .forEach(
                        reason -> {
                          Integer tail = numbers.get(reason.before());
                          Integer head = numbers.get(reason.after());
                          if (tail != null && head != null) {
                            builder.add(tail, head, Kind.WW);
                            reasons.add(reason);
                          }
                        }));
    Digraph graph = builder.build(values.length);
    return new CycleSearch(graph, new Components(graph, Kind.WRITES))
        .shortest(Kind.WRITES, Kind.WRITES, false, new BitSet()).stream()
            .findFirst()
            .map(cycle -> Arrays.stream(cycle).mapToObj(reasons::get).toList())
            .orElse(List.of());
  }

  @Override
  public List<Long> successors(long version) {
    return List.copyOf(next.getOrDefault(version, Map.of()).keySet());
  }
}
