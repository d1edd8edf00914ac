package io.petacore.history;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Which transactions had ended before others began: the edges of that order, without those that
 * follow from others. At any time only the ends that no later end covers are remembered, as many as
 * there are transactions at the same time; so there are about as many edges for each transaction.
 */
final class Precedence {

  /** Whether the end of one bears upon the other; transitive where it matters. */
  @FunctionalInterface
  interface Relation {
    boolean bears(Txn before, Txn after);
  }

  /** Is told of pairs. */
  @FunctionalInterface
  interface Visitor {
    void precedes(int before, int after);
  }

  /** On one node, an end bears on everything. */
  static final Relation SESSION = (before, after) -> before.node().equals(after.node());

  /**
   * Elsewhere, an end bears on what is committed: a node may trail in what it reads, never in what
   * it writes.
   */
  static final Relation COMMITS =
      (before, after) -> after.writes() || before.node().equals(after.node());

  /** An end bears on everything everywhere. */
  static final Relation STRICT = (before, after) -> true;

  private Precedence() {}

  /**
   * Visits the pairs of some transactions.
   *
   * @param members their numbers, in the order in which they began
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
            txn -> txns.get(txn).endsBefore(ended) && relation.bears(txns.get(txn), ended));
        frontier.add(ends[next]);
      }
      for (int before : frontier) {
        if (relation.bears(txns.get(before), begins)) {
          visitor.precedes(before, member);
        }
      }
    }
  }
}
