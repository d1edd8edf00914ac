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
import org.jspecify.annotations.Nullable;

/**
 * The version order of a register, as far as it can be proved, by the rules of Elle's rw-register:
 * all values come after the initial one; the writes of a transaction come after its reads; the
 * writes of all nodes follow real time; and the reads and writes of one node follow the order of
 * its transactions.
 */
final class RegisterOrder implements VersionOrder {

  /** Why one value comes after another: by two transactions, or by one. */
  record Reason(long before, long after, int first, int second) {}

  private final KeyEvidence key;
  private final Evidence evidence;

  /** The values that each committed transaction has read and written, in order. */
  private final Map<Integer, List<Long>> collectAccesses = new LinkedHashMap<>();

  private final Map<Long, Map<Long, Reason>> next = new HashMap<>();
  private final Set<Long> versions = new LinkedHashSet<>();

  RegisterOrder(KeyEvidence key, Evidence evidence, boolean strict) {
    this.key = key;
    this.evidence = evidence;
    collectAccesses();
    collectAccesses.forEach(this::within);
    int[] members = collectAccesses.keySet().stream().mapToInt(txn -> txn).sorted().toArray();
    Precedence.visit(evidence.txns(), members, Precedence.SESSION, this::inSession);
    Precedence.visit(
        evidence.txns(),
        members,
        strict ? Precedence.STRICT : this::constrainsWrites,
        strict ? this::inSession : this::inTime);
    initialFirst();
  }

  private void collectAccesses() {
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
        collectAccesses.put(txn, values);
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

  /**
   * A value that a node has read or written comes before the values that it reads or writes later.
   */
  private void inSession(int before, int after) {
    add(last(before), collectAccesses.getOrDefault(after, List.of()).get(0), before, after);
  }

  private boolean constrainsWrites(Txn before, Txn after) {
    return Precedence.SESSION.constrains(before, after) || firstWritten(after) != null;
  }

  /** Another node may read an older value later, but it does not write one. */
  private void inTime(int before, int after) {
    Long written = firstWritten(evidence.txn(after));
    if (written != null) {
      add(last(before), written, before, after);
    }
  }

  private long last(int txn) {
    List<Long> values = collectAccesses.getOrDefault(txn, List.of());
    return values.get(values.size() - 1);
  }

  private @Nullable Long firstWritten(Txn txn) {
    return txn.ops().stream()
        .filter(op -> op.writes() && op.key().equals(key.key()))
        .findFirst()
        .map(MicroOp::written)
        .orElse(null);
  }

  private void add(long before, long after, int first, int second) {
    if (before != after) {
      next.computeIfAbsent(before, any -> new LinkedHashMap<>())
          .putIfAbsent(after, new Reason(before, after, first, second));
    }
  }

  /** Puts the initial value before the values without a known predecessor. */
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

  /** Returns a shortest cycle of values, empty if there is none. */
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
