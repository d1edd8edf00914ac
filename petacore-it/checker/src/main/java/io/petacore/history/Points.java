package io.petacore.history;

import io.petacore.transaction.IsolationLevel;
import java.util.List;

/**
 * The points in time at which transactions can be, and which must come before which: each has two,
 * a beginning and a commit. What its level promises decides at which of them a dependency arrives
 * and from which it leaves; then a history keeps what was promised if and only if no point comes
 * before itself.
 *
 * <ul>
 *   <li>Snapshot: all reads are at the beginning. So what it has read, what it has overwritten
 *       (first committer wins) and what had ended on its node are committed before the beginning;
 *       what has overwritten its reads is committed after it. A cycle of such points is, by theorem
 *       4.1 of Cerone and Gotsman ("Analysing snapshot isolation", 2018), a cycle in which no two
 *       anti-dependencies follow each other.
 *   <li>Read Committed: each read is at a moment of its own. So what it has read is committed
 *       before its commit, and what has overwritten a read after its beginning.
 *   <li>As if serializable: all at one moment.
 * </ul>
 *
 * <p>So transactions of different levels can be in one history: each gets what its own level
 * promises, whatever the others are (Adya's mixing theorem, section 5.5, in other words).
 */
final class Points {

  private Points() {}

  /**
   * The graph: its first edges are the dependencies, by their numbers, but that those of kind
   * WITHIN come last in number and first at their point.
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
