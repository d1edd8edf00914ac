package io.petacore.history;

import static io.petacore.history.Histories.assertForbidden;
import static io.petacore.history.Histories.txn;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Anomalies by the order of a session and by real time. */
class CheckerTimeTest {

  private static void assertForbiddenBy(Order order, AnomalyType type, Histories history) {
    Report report = history.check();
    assertEquals(Set.of(type), Report.types(report.forbidden()), report::toString);
    assertEquals(order, report.forbidden().get(0).order(), report::toString);
  }

  /** A node that has seen or made a commit sees it from then on. */
  @Test
  void aNodeShowsAnOlderState() {
    assertForbiddenBy(
        Order.SESSION,
        AnomalyType.G_SINGLE,
        new Histories().then(txn().append("x", 1).on("n2"), txn().list("x", 1L), txn().list("x")));
  }

  @Test
  void ownCommitNotSeen() {
    assertForbiddenBy(
        Order.SESSION,
        AnomalyType.G_SINGLE,
        new Histories().then(txn().append("x", 1), txn().list("x"), txn().list("x", 1L).on("n2")));
  }

  @Test
  void ownCommitNotSeenByReadCommitted() {
    assertForbiddenBy(
        Order.SESSION,
        AnomalyType.G_SINGLE,
        new Histories()
            .then(
                txn().append("x", 1),
                txn().list("x").readCommitted(),
                txn().list("x", 1L).on("n2")));
  }

  @Test
  void anotherNodeMayLag() {
    assertForbidden(
        new Histories().then(txn().append("x", 1), txn().list("x").on("n2"), txn().list("x", 1L)));
    Report strictly =
        Checker.checkStrictly(
            new Histories()
                .then(txn().append("x", 1), txn().list("x").on("n2"), txn().list("x", 1L))
                .history());
    assertEquals(Set.of(AnomalyType.G_SINGLE), Report.types(strictly.forbidden()));
    assertEquals(Order.REAL_TIME, strictly.forbidden().get(0).order());
  }

  /** Sequential commits on two nodes have that order on every node. */
  @Test
  void commitsFollowRealTime() {
    assertForbiddenBy(
        Order.REAL_TIME,
        AnomalyType.G0,
        new Histories()
            .then(
                txn().append("x", 1),
                txn().append("x", 2).on("n2"),
                txn().list("x", 2L, 1L).on("n3")));
  }

  /** A commit that every later transaction misses is lost. */
  @Test
  void aCommitIsLost() {
    assertForbiddenBy(
        Order.REAL_TIME,
        AnomalyType.G_SINGLE,
        new Histories()
            .then(
                txn().append("x", 1),
                txn().append("y", 1).on("n2"),
                txn().list("x").on("n2"),
                txn().list("y", 1L)));
  }

  /** A transaction without a known end precedes no other. */
  @Test
  void aTransactionOfUnknownOutcomeMayTakeEffectLater() {
    assertForbidden(
        new Histories()
            .then(
                txn().append("x", 1).unknown(),
                txn().append("x", 2),
                txn().list("x", 2L),
                txn().list("x", 2L, 1L)));
  }

  /** Edges of real time that follow from others are left out. */
  @Test
  void theEdgesOfRealTimeAreReduced() {
    Histories histories = new Histories();
    for (int i = 0; i < 100; i++) {
      histories.together(txn().write("x" + i, 1), txn().write("y" + i, 1).on("n2"));
    }
    List<Txn> txns = histories.history().txns();
    int[] all = IntStream.range(0, txns.size()).toArray();
    int[] edges = new int[1];
    Precedence.visit(txns, all, Precedence.STRICT, (before, after) -> edges[0]++);
    assertEquals(99 * 4, edges[0]);
  }
}
