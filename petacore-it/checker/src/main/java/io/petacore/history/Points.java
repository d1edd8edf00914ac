package io.petacore.history;

import io.petacore.transaction.IsolationLevel;
import java.util.List;

/**
 * The graph of points in time: each transaction has two points, its begin and its commit. The
 * isolation level decides which point a dependency starts from and which it ends at. A history
 * satisfies the guarantees if and only if this graph has no cycle.
 *
 * <ul>
 *   <li>Serializable: both points coincide. All reads and writes happen at the commit; those of a
 *       transaction that only reads happen at its snapshot.
 *   <li>Snapshot: all reads happen at the begin. The transactions that it read from, that it
 *       overwrote (first committer wins) and that ended on its node are committed before its begin;
 *       transactions that overwrote its reads are committed after its begin. By theorem 4.1 of
 *       Cerone and Gotsman ("Analysing snapshot isolation", 2018) a cycle of such points is a cycle
 *       without adjacent anti-dependencies.
 *   <li>Read Committed: each read happens at a time of its own. The transactions that it read from
 *       are committed before its commit; transactions that overwrote its reads are committed after
 *       its begin.
 * </ul>
 *
 * <p>A history may mix levels: each transaction gets the guarantees of its own level, whatever the
 * levels of the others (Adya's mixing theorem, section 5.5).
 *
 * <p><b>Why a correct storage shows no cycle.</b> Put each commit at its revision, and the begin of
 * a Snapshot transaction, or all of a Serializable one that only reads, right after the revision of
 * its snapshot: every dependency then leads forward. In a write skew of Serializable T and Snapshot
 * U, T's read still holds at T's commit, so U, which overwrites it, commits later; and U's begin
 * comes before T's commit. Both lead from U's begin over T to U's commit, which is no cycle. Two
 * Serializable transactions have no begin to lead from: each would commit before the other.
 *
 * <p>A delete under Read Committed may find the key absent and change nothing. Then no Snapshot
 * transaction that writes the key next conflicts with it: only their commits are ordered.
 */
final class Points {

  private Points() {}

  /**
   * Returns the graph. The edges of kind WITHIN come first, so that each is the first edge of its
   * vertex; the edge of a dependency has the index of the dependency plus the number of
   * transactions.
   *
   * @param serializable whether every transaction is to be one point
   * @param strict whether reads, too, follow real time across nodes
   */
  static Digraph graph(
      Evidence evidence, List<Dependency> dependencies, boolean serializable, boolean strict) {
    Digraph.Builder builder = new Digraph.Builder();
    int txns = evidence.txns().size();
    for (int txn = 0; txn < txns; txn++) {
      builder.add(beginning(txn), commit(txn), Kind.WITHIN);
    }
    for (Dependency dependency : dependencies) {
      boolean leavesBeginning =
          dependency.kind() == Kind.RW && !isOnePoint(evidence, dependency.before(), serializable);
      boolean arrivesAtBeginning =
          !isOnePoint(evidence, dependency.after(), serializable)
              && precedesBeginning(evidence, dependency, strict);
      builder.add(
          leavesBeginning ? beginning(dependency.before()) : commit(dependency.before()),
          arrivesAtBeginning ? beginning(dependency.after()) : commit(dependency.after()),
          dependency.kind());
    }
    return builder.build(2 * txns);
  }

  static int beginning(int txn) {
    return 2 * txn;
  }

  /** Returns the commit of a transaction: its only point if it has one. */
  static int commit(int txn) {
    return 2 * txn + 1;
  }

  private static boolean isOnePoint(Evidence evidence, int txn, boolean serializable) {
    return serializable || evidence.txn(txn).isOnePoint();
  }

  private static boolean precedesBeginning(
      Evidence evidence, Dependency dependency, boolean strict) {
    boolean oneState = evidence.txn(dependency.after()).readsOneState();
    return switch (dependency.kind()) {
      case WW -> oneState && !mayChangeNothing(evidence, dependency);
      case WR -> oneState;
      case RW -> false;
      case SESSION -> true;
      case REAL_TIME -> strict;
      case WITHIN -> throw new IllegalArgumentException("not of two transactions");
    };
  }

  private static boolean mayChangeNothing(Evidence evidence, Dependency dependency) {
    return evidence.txn(dependency.before()).level() == IsolationLevel.READ_COMMITTED
        && evidence.key(dependency.key()).isDeleted(dependency.from());
  }
}
