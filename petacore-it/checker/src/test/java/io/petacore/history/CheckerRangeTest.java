package io.petacore.history;

import static io.petacore.history.Histories.assertAllowed;
import static io.petacore.history.Histories.assertForbidden;
import static io.petacore.history.Histories.txn;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.petacore.history.Histories.Step;
import org.junit.jupiter.api.Test;

/** A range read shows what is in the range, and that nothing else is. */
class CheckerRangeTest {

  @Test
  void sequentialTransactionsHaveNoFindings() {
    assertForbidden(
        new Histories()
            .then(
                txn().registers("a", "c", txn()).write("b", 1).serializable(),
                txn().registers("a", "c", txn().read("b", 1)).write("a", 2).serializable(),
                txn().registers("a", "c", txn().read("a", 2).read("b", 1)).serializable(),
                txn().lists("l", "n", txn()).append("m", 3),
                txn().lists("l", "n", txn().list("m", 3L))));
  }

  /** Each creates a list in the range that the other has read. */
  private static Histories phantomLists(Step first, Step second) {
    return new Histories()
        .together(
            first.lists("a", "c", txn()).append("d", 1),
            second.lists("c", "e", txn()).append("b", 1).on("n2"))
        .then(txn().list("b", 1L).list("d", 1L));
  }

  @Test
  void phantomLists() {
    assertForbidden(phantomLists(txn().serializable(), txn().serializable()), AnomalyType.G2);
  }

  @Test
  void phantomListsAreAllowedAtLowerLevels() {
    assertAllowed(phantomLists(txn(), txn()), AnomalyType.G2);
    assertAllowed(phantomLists(txn().serializable(), txn()), AnomalyType.G2);
  }

  @Test
  void phantomRegister() {
    assertForbidden(
        new Histories()
            .together(
                txn().registers("a", "c", txn()).write("d", 1).serializable(),
                txn().absent("d").write("b", 1).on("n2").serializable()),
        AnomalyType.G2);
  }

  /** A read of the key itself proves the stronger statement. */
  @Test
  void anAbsentKeyThatWasReadIsNoPhantom() {
    assertForbidden(
        new Histories()
            .together(
                txn().registers("a", "c", txn()).absent("b").write("d", 1).serializable(),
                txn().absent("d").write("b", 1).on("n2").serializable()),
        AnomalyType.G2_ITEM);
  }

  @Test
  void aCycleThatNeedsNoRangeIsNoPhantom() {
    assertForbidden(
        new Histories()
            .together(
                txn().absent("d").write("b", 1).write("e", 1).on("n2").serializable(),
                txn().registers("a", "c", txn()).absent("e").write("d", 1).serializable()),
        AnomalyType.G2_ITEM);
  }

  @Test
  void aPresentKeyIsNoPhantom() {
    assertForbidden(
        new Histories()
            .then(txn().write("b", 1))
            .together(
                txn().registers("a", "c", txn().read("b", 1)).write("d", 2).serializable(),
                txn().absent("d").write("b", 3).on("n2").serializable()),
        AnomalyType.G2_ITEM);
  }

  /** The range ends below its upper bound and begins with its lower one. */
  @Test
  void aKeyOutsideTheRangeIsNotRead() {
    assertForbidden(
        new Histories()
            .together(
                txn().registers("a", "c", txn()).write("d", 1).serializable(),
                txn().absent("d").write("c", 1).on("n2").serializable()));
    assertForbidden(
        new Histories()
            .together(
                txn().registers("c", "d", txn()).write("d", 1).serializable(),
                txn().absent("d").write("c", 1).on("n2").serializable()),
        AnomalyType.G2);
  }

  @Test
  void fracturedRead() {
    assertForbidden(
        new Histories()
            .together(
                txn().write("a", 1).write("b", 1),
                txn().registers("a", "c", txn().read("b", 1)).on("n2")),
        AnomalyType.FRACTURED_READ);
  }

  @Test
  void ownWriteNotRead() {
    assertForbidden(
        new Histories().then(txn().write("b", 1).registers("a", "c", txn()).readCommitted()),
        AnomalyType.INTERNAL);
  }

  @Test
  void theRangeChanges() {
    assertForbidden(
        new Histories()
            .together(
                txn().write("b", 1),
                txn().registers("a", "c", txn()).registers("a", "d", txn().read("b", 1)).on("n2")),
        AnomalyType.INTERNAL);
  }

  @Test
  void garbageInARange() {
    assertForbidden(
        new Histories().then(txn().registers("a", "c", txn().read("b", 9))),
        AnomalyType.UNWRITTEN_READ);
  }

  @Test
  void theReportIsReadable() {
    Report report =
        new Histories()
            .together(
                txn().registers("a", "c", txn()).write("d", 1).serializable(),
                txn().absent("d").write("b", 1).on("n2").serializable())
            .check();
    assertEquals(
        """
        2 transactions: 2 committed, 0 not, 0 unknown; 2 dependencies; found: {G2=1}

        G2, write skew by a phantom
          T1 is #1 of n2, main (SERIALIZABLE, OK; events 1 to 3): read d as absent, write 1 to b
          T2 is #0 of n1, main (SERIALIZABLE, OK; events 0 to 2): read [a, c) as {}, write 1 to d
          T1 comes before T2: T1 read d as absent, before T2 wrote 1 to d
          T2 comes before T1: T2 read b as absent in [a, c), before T1 wrote 1 to b
          and so T1 comes before itself
        """,
        report.toString());
  }
}
