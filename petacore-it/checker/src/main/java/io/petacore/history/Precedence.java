package io.petacore.history;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Finds which transactions ended before others began, without the pairs that follow from other
 * pairs. Only the ends that no later end covers are kept, at most as many as there are concurrent
 * transactions; so each transaction gets about that many edges.
 */
final class Precedence {

  /** Whether the end of one transaction constrains another; transitive where it matters. */
  @FunctionalInterface
  interface Relation {
    boolean constrains(Txn before, Txn after);
  }

  /** Receives the pairs. */
  @FunctionalInterface
  interface Visitor {
    void precedes(int before, int after);
  }

  /** On one node the end of a transaction constrains every later one. */
  static final Relation SESSION = (before, after) -> before.node().equals(after.node());

  /**
   * On other nodes the end of a transaction constrains later writers only: a node may lag in its
   * reads, never in its writes.
   */
  static final Relation COMMITS =
      (before, after) -> after.writes() || before.node().equals(after.node());

  /** The end of a transaction constrains every later one on any node. */
  static final Relation STRICT = (before, after) -> true;

  private Precedence() {}

  /**
   * Visits the pairs among some transactions.
   *
   * @param members the indexes of the transactions, in the order in which they began
   */
  static void visit(List<Txn> txns, int[] members, Relation relation, Visitor visitor) {
    Integer[] ends =
        Arrays.stream(members)
            .filter(txn -> txns.get(txn).outcome() == Outcome.OK)
            .boxed()
            .sorted(Comparator.comparingLong(txn -> txns.get(txn).completed()))
            .toArray(Integer[]::new);
    List<Integer> frontier = new ArrayList<>();
    int next = 0;
    for (int member : members) {
      Txn begins = txns.get(member);
      for (; next < ends.length && txns.get(ends[next]).endsBefore(begins); next++) {
        Txn ended = txns.get(ends[next]);
        frontier.removeIf(
            txn -> txns.get(txn).endsBefore(ended) && relation.constrains(txns.get(txn), ended));
        frontier.add(ends[next]);
      }
      for (int before : frontier) {
        if (relation.constrains(txns.get(before), begins)) {
          visitor.precedes(before, member);
        }
      }
    }
  }
}
