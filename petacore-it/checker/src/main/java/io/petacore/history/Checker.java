package io.petacore.history;

import java.util.List;
import java.util.Locale;

/**
 * Checks a history against the guarantees of the isolation levels of its transactions. The checker
 * knows nothing of how the transactions were executed; it uses only what clients wrote and read,
 * and the outcomes they got.
 *
 * <p>The guarantees, whose violations are reported as forbidden:
 *
 * <ul>
 *   <li>Serializable transactions are serializable: each is as if it ran at one time, between its
 *       begin and its end if it writes, and at a state that its node had applied if it only reads.
 *       So there is no write skew and no phantom among them.
 *   <li>Snapshot transactions run at strong session snapshot isolation, whatever the levels of the
 *       other transactions: no lost update, fractured read, G-single, G-nonadjacent, or anything
 *       stronger. The snapshot includes everything that the node has seen or committed before.
 *   <li>Read Committed transactions see only committed values, and there is no cycle of write-write
 *       and write-read dependencies (G0, G1a, G1b, G1c). Each read includes everything that the
 *       node has seen or committed before the transaction began.
 *   <li>At all levels commits follow real time across nodes: a transaction that began after a
 *       commit returned on any node is not committed before it. (<em>Reads</em> on another node may
 *       lag; {@link #checkStrictly} forbids that, too.)
 * </ul>
 *
 * <p>Other cycles are reported as allowed: write skew (G2-item, G2) unless it is among Serializable
 * transactions, and lost updates under Read Committed.
 */
public final class Checker {

  private Checker() {}

  /** Checks the guarantees of a storage. */
  public static Report check(History history) {
    return check(history, false);
  }

  /**
   * Checks strong snapshot isolation: a snapshot includes every commit that returned on any node
   * before the snapshot was taken.
   */
  public static Report checkStrictly(History history) {
    return check(history, true);
  }

  private static Report check(History history, boolean strict) {
    Evidence evidence = new Evidence(history);
    Findings findings = new Findings();
    new ReadRules(evidence, findings).check();
    List<Dependency> dependencies = new Dependencies(evidence, findings, strict).find();
    new LostUpdates(evidence, findings).check();
    List<Txn> txns = evidence.txns();
    Cycles forbidden =
        new Cycles(
            evidence,
            dependencies,
            findings,
            Points.graph(evidence, dependencies, false, strict),
            false);
    for (Order order : Order.values()) {
      forbidden.find(order);
    }
    new Cycles(
            evidence,
            dependencies,
            findings,
            Points.graph(evidence, dependencies, true, strict),
            true)
        .find(Order.DATA);
    return findings.report(
        String.format(
            Locale.ROOT,
            "%d transactions: %d committed, %d not, %d unknown; %d dependencies",
            txns.size(),
            history.count(Outcome.OK),
            history.count(Outcome.FAIL),
            history.count(Outcome.UNKNOWN),
            dependencies.size()));
  }
}
