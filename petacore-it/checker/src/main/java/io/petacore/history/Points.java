package io.petacore.history;

import io.petacore.transaction.IsolationLevel;
import java.util.List;

/**
 * The graph of points in time: each transaction has two points, its begin and its commit. The
 * isolation level decides which point a dependency starts from and which it ends at. A history
 * satisfies the guarantees if and only if this graph has no cycle.
 *
 * <ul>
 *   <li>Snapshot: all reads happen at the begin. The transactions that it read from, that it
 *       overwrote (first committer wins) and that ended on its node are committed before its begin;
 *       transactions that overwrote its reads are committed after its begin. By theorem 4.1 of
 *       Cerone and Gotsman ("Analysing snapshot isolation", 2018) a cycle of such points is a cycle
 *       without adjacent anti-dependencies.
 *   <li>Read Committed: each read happens at a time of its own. The transactions that it read from
 *       are committed before its commit; transactions that overwrote its reads are committed after
 *       its begin.
 *   <li>Serializable: everything happens at one time.
 * </ul>
 *
 * <p>A history may mix levels: each transaction gets the guarantees of its own level, whatever the
 * levels of the others (Adya's mixing theorem, section 5.5).
 */
final class Points {

  private Points() {}

  /**
   * Returns the graph. The edges of kind WITHIN come first, so that each is the first edge of its
   * vertex; the edge of a dependency has the index of the dependency plus the number of
   * transactions.
   */
  static Digraph graph(
      List<Txn> txns, List<Dependency> dependencies, boolean serializable, boolean strict) {
    Digraph.Builder builder = new Digraph.Builder();
    for (int txn = 0; txn < txns.size(); txn++) {
      builder.add(beginning(txn), commit(txn), Kind.WITHIN);
    }
    for (Dependency dependency : dependencies) {
      builder.add(
          leaves(dependency, serializable),
          arrives(dependency, txns.get(dependency.after()).level(), serializable, strict),
          dependency.kind());
    }
    return builder.build(2 * txns.size());
  }

  static int beginning(int txn) {
    return 2 * txn;
  }

  static int commit(int txn) {
    return 2 * txn + 1;
  }

  private static int leaves(Dependency dependency, boolean serializable) {
    return dependency.kind() == Kind.RW && !serializable
        ? beginning(dependency.before())
        : commit(dependency.before());
  }

  private static int arrives(
      Dependency dependency, IsolationLevel level, boolean serializable, boolean strict) {
    boolean atBeginning =
        serializable
            || switch (dependency.kind()) {
              case WW, WR -> level == IsolationLevel.SNAPSHOT;
              case RW -> false;
              case SESSION -> true;
              case REAL_TIME -> strict;
              case WITHIN -> throw new IllegalArgumentException("not of two transactions");
            };
    return atBeginning ? beginning(dependency.after()) : commit(dependency.after());
  }
}
