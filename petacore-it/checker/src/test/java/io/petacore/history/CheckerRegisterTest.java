package io.petacore.history;

import static io.petacore.history.Histories.assertAllowed;
import static io.petacore.history.Histories.assertForbidden;
import static io.petacore.history.Histories.txn;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** Each known anomaly of registers is found, and nothing else. */
class CheckerRegisterTest {

  @Test
  void sequentialTransactionsHaveNoFindings() {
    assertForbidden(
        new Histories()
            .then(
                txn().absent("x").write("x", 1).write("y", 1),
                txn().read("x", 1).write("x", 2).read("x", 2).on("n2"),
                txn().read("x", 2).read("y", 1)));
  }

  @Test
  void abortedRead() {
    assertForbidden(
        new Histories().then(txn().write("x", 1).fails(), txn().read("x", 1)),
        AnomalyType.ABORTED_READ);
  }

  @Test
  void intermediateRead() {
    assertForbidden(
        new Histories().together(txn().write("x", 1).write("x", 2), txn().read("x", 1).on("n2")),
        AnomalyType.INTERMEDIATE_READ);
  }

  @Test
  void garbageRead() {
    assertForbidden(new Histories().then(txn().read("x", 9)), AnomalyType.UNWRITTEN_READ);
  }

  @Test
  void ownWriteNotRead() {
    assertForbidden(
        new Histories().then(txn().write("x", 1).absent("x").readCommitted()),
        AnomalyType.INTERNAL);
  }

  @Test
  void theSnapshotChanges() {
    assertForbidden(
        new Histories().together(txn().write("x", 1), txn().absent("x").read("x", 1).on("n2")),
        AnomalyType.INTERNAL);
  }

  @Test
  void lostUpdate() {
    assertForbidden(
        new Histories()
            .together(txn().absent("x").write("x", 1), txn().absent("x").write("x", 2).on("n2")),
        AnomalyType.LOST_UPDATE);
  }

  /** The Read Committed transaction is unchecked and commits last, which is allowed. */
  @Test
  void anUpdateLostByReadCommittedIsAllowed() {
    assertAllowed(
        new Histories()
            .together(
                txn().absent("x").write("x", 1),
                txn().absent("x").write("x", 2).on("n2").readCommitted())
            .then(txn().read("x", 1).on("n3"), txn().read("x", 2).on("n3")),
        AnomalyType.LOST_UPDATE);
  }

  /** The Snapshot transaction commits last and overwrites a version that it did not see. */
  @Test
  void anUpdateLostBySnapshotIsForbidden() {
    assertForbidden(
        new Histories()
            .together(
                txn().absent("x").write("x", 1),
                txn().absent("x").write("x", 2).on("n2").readCommitted())
            .then(txn().read("x", 2).on("n3"), txn().read("x", 1).on("n3")),
        AnomalyType.LOST_UPDATE);
  }

  @Test
  void nodesSeeWritesInDifferentOrders() {
    assertForbidden(
        new Histories()
            .together(txn().write("x", 1).on("n1"), txn().write("x", 2).on("n2"))
            .then(
                txn().read("x", 1).on("n3").readCommitted(),
                txn().read("x", 2).on("n3"),
                txn().read("x", 2).on("n4").readCommitted(),
                txn().read("x", 1).on("n4")),
        AnomalyType.CYCLIC_VERSIONS);
  }

  @Test
  void fracturedRead() {
    assertForbidden(
        new Histories()
            .together(txn().write("x", 1).write("y", 1), txn().absent("x").read("y", 1).on("n2")),
        AnomalyType.FRACTURED_READ);
  }

  @Test
  void readCommittedMaySeeAnotherInPart() {
    assertAllowed(
        new Histories()
            .together(
                txn().write("x", 1).write("y", 1),
                txn().absent("x").read("y", 1).on("n2").readCommitted()),
        AnomalyType.FRACTURED_READ);
  }

  @Test
  void writeCycle() {
    assertForbidden(
        new Histories()
            .together(
                txn().write("x", 1).write("y", 1).readCommitted(),
                txn().write("x", 2).write("y", 2).on("n2").readCommitted())
            .then(
                txn().read("x", 1).on("n3"),
                txn().read("x", 2).on("n3"),
                txn().read("y", 2).on("n4"),
                txn().read("y", 1).on("n4")),
        AnomalyType.G0);
  }

  @Test
  void circularInformation() {
    assertForbidden(
        new Histories()
            .together(
                txn().write("x", 1).read("y", 2).readCommitted(),
                txn().write("y", 2).read("x", 1).on("n2").readCommitted()),
        AnomalyType.G1C);
  }

  @Test
  void readSkew() {
    assertForbidden(
        new Histories()
            .together(
                txn().absent("x").read("z", 3).on("n1"),
                txn().write("x", 1).write("y", 1).on("n2"),
                txn().read("y", 1).write("z", 3).on("n3")),
        AnomalyType.G_SINGLE);
  }

  @Test
  void longFork() {
    assertForbidden(
        new Histories()
            .together(
                txn().write("x", 1).on("n1"),
                txn().write("y", 1).on("n2"),
                txn().read("x", 1).absent("y").on("n3"),
                txn().absent("x").read("y", 1).on("n4")),
        AnomalyType.G_NONADJACENT);
  }

  @Test
  void writeSkewIsAllowed() {
    assertAllowed(
        new Histories()
            .together(txn().absent("x").write("y", 1), txn().absent("y").write("x", 1).on("n2")),
        AnomalyType.G2_ITEM);
  }

  /** A transaction whose write was read counts as committed; the other may or may not have been. */
  @Test
  void aTransactionOfUnknownOutcomeMayBeCommitted() {
    assertForbidden(
        new Histories()
            .together(txn().write("x", 1).unknown(), txn().write("x", 2).unknown())
            .then(txn().absent("x"), txn().read("x", 1), txn().read("x", 1)));
  }

  @Test
  void aTransactionOfUnknownOutcomeIsCommittedAtMostOnce() {
    assertForbidden(
        new Histories()
            .together(txn().write("x", 1).unknown())
            .then(txn().absent("x"), txn().read("x", 1), txn().absent("x")),
        AnomalyType.CYCLIC_VERSIONS);
  }

  @Test
  void aValueWrittenTwiceIsRejected() {
    History twice = new Histories().then(txn().write("x", 1), txn().write("x", 1)).history();
    assertThrows(IllegalArgumentException.class, () -> Checker.check(twice));
  }

  @Test
  void aKeyUsedAsListAndRegisterIsRejected() {
    History both = new Histories().then(txn().write("x", 1), txn().append("x", 2)).history();
    assertThrows(IllegalArgumentException.class, () -> Checker.check(both));
  }

  @Test
  void theReportIsReadable() {
    Report report =
        new Histories()
            .together(txn().write("x", 1).write("y", 1), txn().absent("x").read("y", 1).on("n2"))
            .check();
    assertEquals(
        """
        2 transactions: 2 committed, 0 not, 0 unknown; 2 dependencies; found: {FRACTURED_READ=1}

        fractured read
          T1 is #1 of n2, main (SNAPSHOT, OK; events 1 to 3): read x as absent, read y as 1
          T2 is #0 of n1, main (SNAPSHOT, OK; events 0 to 2): write 1 to x, write 1 to y
          T1 comes before T2: T1 read x as absent, before T2 wrote 1 to x
          T2 comes before T1: T2 wrote 1 to y, and T1 read it
          and so T1 comes before itself
        """,
        report.toString());
  }
}
