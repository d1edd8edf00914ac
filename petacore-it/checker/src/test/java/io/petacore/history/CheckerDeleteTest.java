package io.petacore.history;

import static io.petacore.history.Histories.assertAllowed;
import static io.petacore.history.Histories.assertForbidden;
import static io.petacore.history.Histories.txn;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.petacore.history.Histories.Step;
import org.junit.jupiter.api.Test;

/** A delete is a version, and a read of absence shows one of them or the initial one. */
class CheckerDeleteTest {

  @Test
  void sequentialTransactionsHaveNoFindings() {
    assertForbidden(
        new Histories()
            .then(
                txn().absent("x").write("x", 1),
                txn().read("x", 1).delete("x", 2).absent("x").on("n2"),
                txn().absent("x").write("x", 3).on("n2"),
                txn().read("x", 3).delete("x", 4).write("x", 5),
                txn().read("x", 5).delete("x", 6).readCommitted(),
                txn().absent("x")));
  }

  @Test
  void aDeletedKeyIsAbsentOnceMore() {
    assertForbidden(
        new Histories()
            .then(
                txn().write("x", 1), txn().read("x", 1), txn().delete("x", 2), txn().absent("x")));
  }

  @Test
  void absentWithoutDelete() {
    assertForbidden(
        new Histories().then(txn().write("x", 1), txn().delete("x", 2).fails(), txn().absent("x")),
        AnomalyType.CYCLIC_VERSIONS);
  }

  /** The only delete is known to come before the write, so the node shows an older state. */
  @Test
  void absentAfterALaterWrite() {
    assertForbidden(
        new Histories()
            .then(
                txn().write("x", 1), txn().delete("x", 2), txn().write("x", 3), txn().absent("x")),
        AnomalyType.CYCLIC_VERSIONS);
  }

  /** A node that lags shows any of the absences. */
  @Test
  void absentOnANodeThatLags() {
    assertForbidden(
        new Histories()
            .then(
                txn().write("x", 1),
                txn().delete("x", 2),
                txn().absent("x").on("n2"),
                txn().read("x", 1).on("n3"),
                txn().absent("x").on("n3"),
                txn().write("x", 3),
                txn().absent("x").on("n2"),
                txn().read("x", 1).on("n2"),
                txn().absent("x").on("n2"),
                txn().read("x", 3).on("n2")));
  }

  @Test
  void theNodeHadShownTheKeySoItWasDeleted() {
    assertForbidden(
        new Histories()
            .then(txn().write("x", 1).write("y", 1))
            .together(txn().delete("x", 2).delete("y", 3), txn().absent("x").read("y", 1)),
        AnomalyType.FRACTURED_READ);
  }

  /** On a node that has shown nothing of it, the key may not have been written. */
  @Test
  void theKeyMayNotHaveBeenWritten() {
    assertForbidden(
        new Histories()
            .then(txn().write("x", 1))
            .together(txn().delete("x", 2).write("y", 3), txn().absent("x").absent("y").on("n2")));
    assertForbidden(
        new Histories()
            .then(txn().write("x", 1))
            .together(txn().delete("x", 2).write("y", 3), txn().absent("x").read("y", 3).on("n2")));
  }

  @Test
  void theDeleteBeganLater() {
    assertForbidden(
        new Histories()
            .together(txn().write("x", 1).write("y", 1), txn().absent("x").read("y", 1).on("n2"))
            .then(txn().delete("x", 2)),
        AnomalyType.FRACTURED_READ);
  }

  @Test
  void theNodeShowsTheKeyLater() {
    assertForbidden(
        new Histories()
            .together(
                txn().write("x", 1).write("y", 1),
                txn().read("x", 1).delete("x", 2),
                txn().absent("x").read("y", 1).on("n2"))
            .then(txn().read("x", 1).on("n2")),
        AnomalyType.FRACTURED_READ);
  }

  /** The delete followed what the reader itself wrote. */
  @Test
  void theReaderWroteWhatWasDeleted() {
    assertForbidden(
        new Histories()
            .together(
                txn().write("x", 1).write("y", 1).readCommitted(),
                txn().absent("x").read("y", 1).write("x", 3).on("n2"),
                txn().read("x", 3).delete("x", 4).on("n3")),
        AnomalyType.FRACTURED_READ);
  }

  @Test
  void anAbsenceThatItsTransactionOverwroteIsNotRead() {
    assertForbidden(
        new Histories()
            .then(txn().write("x", 1))
            .together(txn().delete("x", 2).write("x", 3), txn().absent("x")),
        AnomalyType.CYCLIC_VERSIONS);
  }

  /** Whichever absence it was, it came before the last write. */
  @Test
  void beforeWhatFollowsEveryAbsence() {
    assertForbidden(
        new Histories()
            .then(txn().write("x", 1), txn().delete("x", 2))
            .together(txn().write("x", 3).write("y", 3), txn().absent("x").read("y", 3).on("n2")),
        AnomalyType.FRACTURED_READ);
  }

  @Test
  void lostUpdate() {
    assertForbidden(
        new Histories()
            .then(txn().write("x", 1))
            .together(txn().read("x", 1).delete("x", 2), txn().read("x", 1).write("x", 3).on("n2")),
        AnomalyType.LOST_UPDATE);
  }

  /** Both created the key, but one may have deleted it in between. */
  @Test
  void creationsOfADeletedKeyAreNoLostUpdate() {
    assertForbidden(
        new Histories()
            .then(
                txn().absent("x").write("x", 1),
                txn().delete("x", 2),
                txn().absent("x").write("x", 3).on("n2"),
                txn().read("x", 3)));
  }

  private static Histories writeSkew(Step first, Step second) {
    return new Histories()
        .then(txn().write("x", 1).write("y", 2))
        .together(
            first.read("x", 1).read("y", 2).delete("x", 3),
            second.read("x", 1).read("y", 2).delete("y", 4).on("n2"));
  }

  @Test
  void writeSkew() {
    assertForbidden(writeSkew(txn().serializable(), txn().serializable()), AnomalyType.G2_ITEM);
    assertAllowed(writeSkew(txn(), txn()), AnomalyType.G2_ITEM);
  }

  /** A transaction that committed between two others' deletes was seen by neither. */
  @Test
  void anotherWriteOfADeletedKeyConflicts() {
    assertForbidden(
        new Histories()
            .then(txn().write("x", 9))
            .together(txn().delete("x", 1).write("y", 2), txn().absent("y").write("x", 3).on("n2"))
            .then(txn().read("x", 3)),
        AnomalyType.G_SINGLE);
  }

  /** At Read Committed the delete may have found no key, and so nothing to conflict with. */
  @Test
  void aDeleteOfAnAbsentKeyDoesNotConflict() {
    assertAllowed(
        new Histories()
            .together(
                txn().delete("x", 1).write("y", 2).readCommitted(),
                txn().absent("y").write("x", 3).on("n2"))
            .then(txn().read("x", 3)),
        AnomalyType.G_SINGLE);
  }

  @Test
  void ownDeleteNotRead() {
    assertForbidden(
        new Histories().then(txn().write("x", 1), txn().delete("x", 2).read("x", 1)),
        AnomalyType.INTERNAL);
    assertForbidden(
        new Histories()
            .then(txn().write("x", 1), txn().delete("x", 2).read("x", 1).readCommitted()),
        AnomalyType.INTERNAL);
  }

  @Test
  void aDeleteOfUnknownOutcomeMayTakeEffectLater() {
    assertForbidden(
        new Histories()
            .then(
                txn().write("x", 1),
                txn().delete("x", 2).unknown(),
                txn().read("x", 1),
                txn().absent("x"),
                txn().absent("x").write("x", 3)));
  }

  @Test
  void aDeleteOfAnOwnWriteIsRejected() {
    History history = new Histories().then(txn().write("x", 1).delete("x", 2)).history();
    assertThrows(IllegalArgumentException.class, () -> Checker.check(history));
  }

  @Test
  void theReportIsReadable() {
    Report report =
        new Histories()
            .then(txn().write("x", 1).write("y", 1))
            .together(txn().delete("x", 2).delete("y", 3), txn().absent("x").read("y", 1))
            .check();
    assertEquals(
        """
        3 transactions: 3 committed, 0 not, 0 unknown; 7 dependencies; found: {FRACTURED_READ=1}

        fractured read
          T1 is #2 of n1, main (SNAPSHOT, OK; events 3 to 5): read x as absent, read y as 1
          T2 is #1 of n1, main (SNAPSHOT, OK; events 2 to 4): delete x (2), delete y (3)
          T1 comes before T2: T1 read y as 1, before T2 deleted y (3)
          T2 comes before T1: T2 deleted x (2), and T1 read it as absent
          and so T1 comes before itself
        """,
        report.toString());
  }
}
