package io.petacore.history;

import static io.petacore.history.Histories.assertForbidden;
import static io.petacore.history.Histories.txn;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the order of a session, and of time, adds to what reads and writes say. */
class CheckerTimeTest {

  private static void assertForbiddenBy(Order order, AnomalyType type, Histories history) {
    Report report = history.check();
    assertEquals(Set.of(type), Report.types(report.forbidden()), report::toString);
    assertEquals(order, report.forbidden().get(0).order(), report::toString);
  }

  /** Whoever has seen a commit, or made it, sees it from then on. */
  @Test
  void aNodeGoesBack() {
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
  void anotherNodeMayTrail() {
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

  /** Two commits one after the other on two nodes are in that order for everybody. */
  @Test
  void commitsAreInTheOrderOfTime() {
    assertForbiddenBy(
        Order.REAL_TIME,
        AnomalyType.G0,
        new Histories()
            .then(
                txn().append("x", 1),
                txn().append("x", 2).on("n2"),
                txn().list("x", 2L, 1L).on("n3")));
  }

  /** A commit that everybody misses who came after it was lost. */
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

  /** What has no known end is before nothing. */
  @Test
  void theUnknownMayComeLater() {
    assertForbidden(
        new Histories()
            .then(
                txn().append("x", 1).unknown(),
                txn().append("x", 2),
                txn().list("x", 2L),
                txn().list("x", 2L, 1L)));
  }

  /** The edges of time are few: what follows from others is left out. */
  @Test
  void theEdgesOfTimeAreReduced() {
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
