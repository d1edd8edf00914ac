package io.petacore.history;

import static io.petacore.history.Histories.assertAllowed;
import static io.petacore.history.Histories.assertForbidden;
import static io.petacore.history.Histories.txn;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.api.Test;

/** Serializable transactions are one point each, among themselves and beside other levels. */
class CheckerSerializableTest {

  @Test
  void sequentialTransactionsHaveNoFindings() {
    assertForbidden(
        new Histories()
            .then(
                txn().absent("x").write("x", 1).serializable(),
                txn().read("x", 1).absent("y").write("y", 2).on("n2").serializable(),
                txn().read("x", 1).read("y", 2).serializable()));
  }

  @Test
  void writeSkewOfLists() {
    assertForbidden(
        new Histories()
            .together(
                txn().list("x").append("y", 1).serializable(),
                txn().list("y").append("x", 1).on("n2").serializable())
            .then(txn().list("x", 1L).list("y", 1L)),
        AnomalyType.G2_ITEM);
  }

  @Test
  void writeSkewOfRegisters() {
    assertForbidden(
        new Histories()
            .together(
                txn().absent("x").write("y", 1).serializable(),
                txn().absent("y").write("x", 1).on("n2").serializable()),
        AnomalyType.G2_ITEM);
  }

  /** The Serializable transaction commits first, and the other reads its old snapshot. */
  @Test
  void writeSkewWithSnapshotIsAllowed() {
    assertAllowed(
        new Histories()
            .together(
                txn().absent("x").write("y", 1).serializable(),
                txn().absent("y").write("x", 1).on("n2")),
        AnomalyType.G2_ITEM);
  }

  @Test
  void writeSkewWithReadCommittedIsAllowed() {
    assertAllowed(
        new Histories()
            .together(
                txn().absent("x").write("y", 1).serializable(),
                txn().absent("y").write("x", 1).on("n2").readCommitted()),
        AnomalyType.G2_ITEM);
  }

  /**
   * The anomaly of Fekete, O'Neil and O'Neil ("A read-only transaction anomaly under snapshot
   * isolation", 2004): without its reader the history is serializable.
   */
  private static Histories readOnlyAnomaly(
      Histories.Step withdrawal, Histories.Step deposit, Histories.Step reader) {
    return new Histories()
        .together(
            withdrawal.absent("x").absent("y").write("x", -11),
            deposit.absent("y").write("y", 20).on("n2"))
        .then(reader.absent("x").read("y", 20).on("n2"));
  }

  @Test
  void readOnlyAnomaly() {
    assertForbidden(
        readOnlyAnomaly(txn().serializable(), txn().serializable(), txn().serializable()),
        AnomalyType.G2_ITEM);
  }

  /** What the withdrawal read is still so at its commit, so the reader's snapshot is before it. */
  @Test
  void aSnapshotReaderMissesASerializableTransaction() {
    assertForbidden(readOnlyAnomaly(txn().serializable(), txn(), txn()), AnomalyType.G2_ITEM);
  }

  @Test
  void aSerializableReaderMayMissASnapshotTransaction() {
    assertAllowed(
        readOnlyAnomaly(txn(), txn().serializable(), txn().serializable()), AnomalyType.G2_ITEM);
  }

  @Test
  void withoutItsReaderTheAnomalyIsNone() {
    assertForbidden(
        new Histories()
            .together(
                txn().absent("x").absent("y").write("x", -11).serializable(),
                txn().absent("y").write("y", 20).on("n2").serializable()));
  }

  @Test
  void lostUpdate() {
    assertForbidden(
        new Histories()
            .together(
                txn().absent("x").write("x", 1).serializable(),
                txn().absent("x").write("x", 2).on("n2").serializable()),
        AnomalyType.LOST_UPDATE);
  }

  @Test
  void theStateChanges() {
    assertForbidden(
        new Histories()
            .together(txn().write("x", 1), txn().absent("x").read("x", 1).serializable().on("n2")),
        AnomalyType.INTERNAL);
  }

  /** A reader is as if it ran at its snapshot, which may lag. */
  @Test
  void aReaderOnAnotherNodeMayLag() {
    Histories histories =
        new Histories()
            .then(
                txn().write("x", 1).serializable(),
                txn().absent("x").on("n2").serializable(),
                txn().read("x", 1).serializable());
    assertForbidden(histories);
    Report strictly = Checker.checkStrictly(histories.history());
    assertEquals(Set.of(AnomalyType.CYCLIC_VERSIONS), Report.types(strictly.forbidden()));
  }

  @Test
  void aReaderSeesTheCommitsOfItsNode() {
    Report report =
        new Histories()
            .then(txn().append("x", 1).serializable(), txn().list("x").serializable())
            .then(txn().list("x", 1L).on("n2"))
            .check();
    assertEquals(Set.of(AnomalyType.G_SINGLE), Report.types(report.forbidden()), report::toString);
    assertEquals(Order.SESSION, report.forbidden().get(0).order());
  }

  /** A writer is as if it ran at its commit, which follows the commits that had returned. */
  @Test
  void aWriterReadsTheStateOfItsCommit() {
    Report report =
        new Histories()
            .then(txn().write("x", 1), txn().absent("x").write("y", 1).on("n2").serializable())
            .check();
    assertEquals(Set.of(AnomalyType.G_SINGLE), Report.types(report.forbidden()), report::toString);
    assertEquals(Order.REAL_TIME, report.forbidden().get(0).order());
    assertForbidden(
        new Histories().then(txn().write("x", 1), txn().absent("x").write("y", 1).on("n2")));
  }

  @Test
  void theReportIsReadable() {
    Report report =
        new Histories()
            .together(
                txn().absent("x").write("y", 1).serializable(),
                txn().absent("y").write("x", 1).on("n2").serializable())
            .check();
    assertEquals(
        """
        2 transactions: 2 committed, 0 not, 0 unknown; 2 dependencies; found: {G2_ITEM=1}

        G2-item, write skew
          T1 is #0 of n1, main (SERIALIZABLE, OK; events 0 to 2): read x as absent, write 1 to y
          T2 is #1 of n2, main (SERIALIZABLE, OK; events 1 to 3): read y as absent, write 1 to x
          T1 comes before T2: T1 read x as absent, before T2 wrote 1 to x
          T2 comes before T1: T2 read y as absent, before T1 wrote 1 to y
          and so T1 comes before itself
        """,
        report.toString());
  }
}
