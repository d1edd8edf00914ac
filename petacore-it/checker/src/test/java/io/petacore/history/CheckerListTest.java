package io.petacore.history;

import static io.petacore.history.Histories.assertAllowed;
import static io.petacore.history.Histories.assertForbidden;
import static io.petacore.history.Histories.txn;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each known anomaly of lists is found, and nothing else. */
class CheckerListTest {

  @Test
  void anEmptyHistoryHasNoFindings() {
    assertForbidden(new Histories());
  }

  @Test
  void sequentialTransactionsHaveNoFindings() {
    assertForbidden(
        new Histories()
            .then(
                txn().append("x", 1).append("y", 1),
                txn().list("x", 1L).append("x", 2).list("x", 1L, 2L).on("n2"),
                txn().list("x", 1L, 2L).list("y", 1L)));
  }

  @Test
  void abortedRead() {
    assertForbidden(
        new Histories().then(txn().append("x", 1).fails(), txn().list("x", 1L)),
        AnomalyType.ABORTED_READ);
  }

  @Test
  void intermediateRead() {
    assertForbidden(
        new Histories()
            .together(txn().append("x", 1).append("x", 2), txn().list("x", 1L))
            .then(txn().list("x", 1L, 2L)),
        AnomalyType.INTERMEDIATE_READ);
  }

  @Test
  void garbageRead() {
    assertForbidden(
        new Histories().then(txn().append("x", 1), txn().list("x", 1L, 9L)),
        AnomalyType.UNWRITTEN_READ);
  }

  @Test
  void duplicateElement() {
    assertForbidden(
        new Histories().then(txn().append("x", 1), txn().list("x", 1L, 1L)),
        AnomalyType.DUPLICATE_ELEMENT);
  }

  @Test
  void incompatibleOrder() {
    assertForbidden(
        new Histories()
            .together(txn().append("x", 1), txn().append("x", 2))
            .together(txn().list("x", 1L, 2L), txn().list("x", 2L, 1L).on("n2")),
        AnomalyType.INCOMPATIBLE_ORDER);
  }

  @Test
  void ownWriteNotRead() {
    assertForbidden(new Histories().then(txn().append("x", 1).list("x")), AnomalyType.INTERNAL);
  }

  @Test
  void theSnapshotChanges() {
    assertForbidden(
        new Histories().together(txn().append("x", 1), txn().list("x").list("x", 1L)),
        AnomalyType.INTERNAL);
  }

  @Test
  void readCommittedMaySeeMore() {
    assertAllowed(
        new Histories()
            .together(txn().append("x", 1), txn().list("x").list("x", 1L).readCommitted()),
        AnomalyType.FRACTURED_READ);
  }

  @Test
  void lostUpdate() {
    assertForbidden(
        new Histories()
            .together(txn().list("x").append("x", 1), txn().list("x").append("x", 2))
            .then(txn().list("x", 1L, 2L)),
        AnomalyType.LOST_UPDATE);
  }

  @Test
  void aLostAppend() {
    Report report =
        new Histories()
            .then(txn().append("x", 1), txn().append("x", 2), txn().list("x", 1L))
            .check();
    assertEquals(Set.of(AnomalyType.G_SINGLE), Report.types(report.forbidden()), report::toString);
    assertEquals(Order.SESSION, report.forbidden().get(0).order());
  }

  @Test
  void fracturedRead() {
    assertForbidden(
        new Histories()
            .together(txn().append("x", 1).append("y", 1), txn().list("x").list("y", 1L).on("n2"))
            .then(txn().list("x", 1L)),
        AnomalyType.FRACTURED_READ);
  }

  @Test
  void writeCycle() {
    assertForbidden(
        new Histories()
            .together(
                txn().append("x", 1).append("y", 1), txn().append("x", 2).append("y", 2).on("n2"))
            .then(txn().list("x", 1L, 2L).list("y", 2L, 1L)),
        AnomalyType.G0);
  }

  @Test
  void circularInformation() {
    assertForbidden(
        new Histories()
            .together(
                txn().append("x", 1).list("y", 2L), txn().append("y", 2).list("x", 1L).on("n2")),
        AnomalyType.G1C);
  }

  @Test
  void readSkew() {
    assertForbidden(
        new Histories()
            .together(
                txn().list("x").list("z", 3L).on("n1"),
                txn().append("x", 1).append("y", 1).on("n2"),
                txn().list("y", 1L).append("z", 3).on("n3"))
            .then(txn().list("x", 1L).on("n4")),
        AnomalyType.G_SINGLE);
  }

  /** Two readers see two writers in different orders; each rw is followed by a wr. */
  @Test
  void longFork() {
    assertForbidden(
        new Histories()
            .together(
                txn().append("x", 1).on("n1"),
                txn().append("y", 1).on("n2"),
                txn().list("x", 1L).list("y").on("n3"),
                txn().list("x").list("y", 1L).on("n4"))
            .then(txn().list("x", 1L).list("y", 1L).on("n5")),
        AnomalyType.G_NONADJACENT);
  }

  @Test
  void writeSkewIsAllowed() {
    assertAllowed(
        new Histories()
            .together(txn().list("x").append("y", 1), txn().list("y").append("x", 1).on("n2"))
            .then(txn().list("x", 1L).list("y", 1L)),
        AnomalyType.G2_ITEM);
  }
}
