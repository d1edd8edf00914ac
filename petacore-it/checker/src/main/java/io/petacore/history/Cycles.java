package io.petacore.history;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Finds, classifies and reports the cycles of a graph of points. */
final class Cycles {

  /** The dependencies that a cycle consists of. */
  private enum Pattern {
    WRITES(Kind.WW.bit(), Kind.WRITES, false),
    INFORMATION(Kind.WR.bit(), Kind.WRITES_AND_READS, false),
    ONE_ANTI_DEPENDENCY(Kind.RW.bit(), Kind.WRITES_AND_READS, false),
    SEVERAL(Kind.RW.bit(), Kind.DATA, true);

    private final int wanted;
    private final int others;
    private final boolean twice;

    Pattern(int wanted, int others, boolean twice) {
      this.wanted = wanted;
      this.others = others;
      this.twice = twice;
    }
  }

  private final Evidence evidence;
  private final List<Dependency> dependencies;
  private final Findings findings;
  private final Digraph graph;
  private final boolean allowed;

  /**
   * @param allowed whether cycles in this graph are allowed
   */
  Cycles(
      Evidence evidence,
      List<Dependency> dependencies,
      Findings findings,
      Digraph graph,
      boolean allowed) {
    this.evidence = evidence;
    this.dependencies = dependencies;
    this.findings = findings;
    this.graph = graph;
    this.allowed = allowed;
  }

  /**
   * Reports the shortest cycle of the strongest pattern of each component. Components with a
   * transaction of an earlier finding are skipped, since that finding would be reported again.
   */
  void find(Order order) {
    if (!components(Kind.DATA | order.kinds()).anyCycle()) {
      return;
    }
    for (Pattern pattern : Pattern.values()) {
      Components components = components(pattern.wanted | pattern.others | order.kinds());
      if (components.anyCycle()) {
        new CycleSearch(graph, components)
            .shortest(
                pattern.wanted,
                pattern.others | order.kinds() | Kind.WITHIN.bit(),
                pattern.twice,
                componentsOf(findings.involved(), components))
            .forEach(cycle -> report(cycle, order));
      }
    }
  }

  private Components components(int kinds) {
    return new Components(graph, kinds | Kind.WITHIN.bit());
  }

  private static BitSet componentsOf(BitSet txns, Components components) {
    BitSet found = new BitSet();
    txns.stream()
        .forEach(
            txn -> {
              found.set(components.of(Points.beginning(txn)));
              found.set(components.of(Points.commit(txn)));
            });
    return found;
  }

  private void report(int[] edges, Order order) {
    List<Dependency> cycle = new ArrayList<>();
    for (int edge : edges) {
      cycle.add(dependencies.get(edge - evidence.txns().size()));
    }
    List<Integer> txns = cycle.stream().map(Dependency::before).toList();
    if (txns.stream().distinct().count() == txns.size()) { // else two cycles, each found by itself
      findings.add(name(cycle), order, allowed, txns, () -> new Narration(evidence).cycle(cycle));
    }
  }

  private static AnomalyType name(List<Dependency> cycle) {
    List<Dependency> anti = cycle.stream().filter(edge -> edge.kind() == Kind.RW).toList();
    if (anti.isEmpty()) {
      return cycle.stream().anyMatch(edge -> edge.kind() == Kind.WR)
          ? AnomalyType.G1C
          : AnomalyType.G0;
    }
    if (anti.size() == 1) {
      return nameOfSingle(cycle, anti.get(0));
    }
    for (int i = 0; i < cycle.size(); i++) {
      if (cycle.get(i).kind() == Kind.RW && cycle.get((i + 1) % cycle.size()).kind() == Kind.RW) {
        return anti.stream().anyMatch(Dependency::predicate) ? AnomalyType.G2 : AnomalyType.G2_ITEM;
      }
    }
    return AnomalyType.G_NONADJACENT;
  }

  private static AnomalyType nameOfSingle(List<Dependency> cycle, Dependency anti) {
    if (cycle.size() == 2) {
      Dependency other = cycle.get(cycle.get(0).equals(anti) ? 1 : 0);
      if (other.kind() == Kind.WW && other.key().equals(anti.key())) {
        return AnomalyType.LOST_UPDATE;
      }
      if (other.kind() == Kind.WR) {
        return AnomalyType.FRACTURED_READ;
      }
    }
    return AnomalyType.G_SINGLE;
  }
}
