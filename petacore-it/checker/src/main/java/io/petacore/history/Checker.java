package io.petacore.history;

import java.util.List;
import java.util.Locale;

/**
 * Holds a history against what the levels of its transactions promise. It knows nothing of how the
 * transactions were made: all that it uses is what clients wrote, read and were told.
 *
 * <p>What is promised, and so what is reported as forbidden:
 *
 * <ul>
 *   <li>To a Snapshot transaction strong session snapshot isolation, whatever the others are: no
 *       lost update, no fractured read, no G-single, no G-nonadjacent, nor anything worse. Its
 *       snapshot has all that its node has seen or committed before.
 *   <li>To a Read Committed transaction that nothing is seen that is not committed for good, and no
 *       cycle of writes and reads of what was written (G0, G1a, G1b, G1c); and each of its reads
 *       has all that its node has seen or committed before the transaction began.
 *   <li>To both, that commits of all nodes are in the order of time: what began after a commit had
 *       returned anywhere is not committed before it. (What another node <em>reads</em> may trail;
 *       {@link #checkStrictly} forbids that, too.)
 * </ul>
 *
 * <p>Other cycles are reported as allowed: write skew (G2-item), and under Read Committed lost
 * updates, too.
 */
public final class Checker {

  private Checker() {}

  /** Checks what storages promise. */
  public static Report check(History history) {
    return check(history, false);
  }

  /** Checks strong snapshot isolation: a snapshot has all that was committed anywhere before it. */
  public static Report checkStrictly(History history) {
    return check(history, true);
  }

  private static Report check(History history, boolean strict) {
    Evidence evidence = new Evidence(history);
    Findings findings = new Findings();
    new ReadRules(evidence, findings).check();
    new LostUpdates(evidence, findings).check();
    List<Dependency> dependencies = new Dependencies(evidence, findings, strict).find();
    List<Txn> txns = evidence.txns();
    Cycles forbidden =
        new Cycles(
            evidence,
            dependencies,
            findings,
            Points.graph(txns, dependencies, false, strict),
            false);
    for (Order order : Order.values()) {
      forbidden.find(order);
    }
    new Cycles(
            evidence, dependencies, findings, Points.graph(txns, dependencies, true, strict), true)
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
