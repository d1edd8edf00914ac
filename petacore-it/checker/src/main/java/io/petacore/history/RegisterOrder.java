package io.petacore.history;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
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

  /** The versions that each committed transaction is known to have read and written, in order. */
  private final NavigableMap<Integer, List<Long>> accesses = new TreeMap<>();

  private final Map<Integer, Long> firstWritten = new HashMap<>();
  private final Map<Long, Map<Long, Reason>> next = new HashMap<>();
  private final Map<Long, Set<Long>> later = new HashMap<>();
  private final Set<Long> versions = new LinkedHashSet<>();

  RegisterOrder(KeyEvidence key, Evidence evidence, boolean strict) {
    this.key = key;
    this.evidence = evidence;
    collectAccesses();
    accesses.forEach(this::within);
    Precedence.visit(evidence.txns(), members(), Precedence.SESSION, this::inSession);
    Precedence.visit(
        evidence.txns(),
        members(),
        strict ? Precedence.STRICT : this::constrainsWrites,
        strict ? this::inSession : this::inTime);
    initialFirst();
  }

  /** A transaction has read what others wrote before its own first write. */
  private void collectAccesses() {
    for (KeyEvidence.Read read : key.reads()) {
      Long version = read.version();
      if (version != null && read.external() && isCommitted(version)) {
        accesses.computeIfAbsent(read.txn(), txn -> new ArrayList<>()).add(version);
      }
    }
    key.writes()
        .forEach(
            (version, write) -> {
              if (evidence.isCommitted(write.txn())) {
                accesses.computeIfAbsent(write.txn(), txn -> new ArrayList<>()).add(version);
                firstWritten.putIfAbsent(write.txn(), version);
              }
            });
  }

  private boolean isCommitted(long version) {
    KeyEvidence.Write write = key.writer(version);
    return version == KeyEvidence.INITIAL || (write != null && evidence.isCommitted(write.txn()));
  }

  /** Returns the transactions of which an access is known, in the order in which they began. */
  int[] members() {
    return accesses.keySet().stream().mapToInt(txn -> txn).toArray();
  }

  /** Returns the first version that a member accessed. */
  long first(int member) {
    return accesses.getOrDefault(member, List.of()).get(0);
  }

  /** Returns the last version that a member accessed. */
  long last(int member) {
    List<Long> values = accesses.getOrDefault(member, List.of());
    return values.get(values.size() - 1);
  }

  /** Returns the first version that a transaction wrote; null if it wrote none. */
  @Nullable Long firstWritten(int txn) {
    return firstWritten.get(txn);
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
    add(last(before), first(after), before, after);
  }

  private boolean constrainsWrites(Txn before, Txn after) {
    return Precedence.SESSION.constrains(before, after) || after.writes(key.key());
  }

  /** Another node may read an older value later, but it does not write one. */
  private void inTime(int before, int after) {
    Long written = firstWritten(after);
    if (written != null) {
      add(last(before), written, before, after);
    }
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

  /** A version that comes after each of several comes after the one that was read. */
  @Override
  public List<Long> overwriters(List<Long> possible) {
    if (possible.size() == 1) {
      return successors(possible.get(0));
    }
    Set<Long> all = new LinkedHashSet<>(later(possible.get(0)));
    possible.forEach(version -> all.retainAll(later(version)));
    List<Long> earliest = new ArrayList<>(all);
    all.forEach(version -> earliest.removeAll(later(version)));
    return earliest;
  }

  /** Returns whether one version is known to come before another. */
  boolean precedes(long before, long after) {
    return later(before).contains(after);
  }

  private Set<Long> later(long version) {
    Set<Long> known = later.get(version);
    if (known == null) {
      known = new LinkedHashSet<>();
      Deque<Long> left = new ArrayDeque<>(successors(version));
      while (!left.isEmpty()) {
        long after = left.remove();
        if (known.add(after)) {
          left.addAll(successors(after));
        }
      }
      later.put(version, known);
    }
    return known;
  }
}
