package io.petacore.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.error.TransactionConflictException;
import io.petacore.error.TransactionTooLargeException;
import io.petacore.testing.Await;
import io.petacore.testing.ForeignWriter;
import io.petacore.testing.Nodes;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.TransactionOptions;
import org.junit.jupiter.api.Test;

/** Ranges are deleted atomically in a transaction, or in chunks outside of one. */
public interface RangeDeletionContract {

  /** The nodes of this test. */
  Nodes nodes();

  private static void fill(DistributedStorage storage, int from, int to) {
    for (int begin = from; begin < to; begin += 5_000) {
      int first = begin;
      storage.runTransaction(
          tx -> {
            for (int i = first; i < Math.min(to, first + 5_000); i++) {
              tx.write(String.format("a/%06d", i), "v");
            }
          });
    }
  }

  @Test
  default void aRangeIsDeletedInATransactionWithItsOwnWrites() {
    DistributedStorage a = nodes().open();
    a.runTransaction(
        tx -> tx.write("a/1", "1").write("a/2", "2").write("b/1", "1").write("a", "prefix"));
    a.runTransaction(
        tx -> {
          tx.write("a/3", "own").delete("a/1").delete(KeyRange.prefix("a/"));
          assertEquals(0, tx.count(KeyRange.prefix("a/")));
          tx.write("a/4", "after");
        });
    try (ExplicitTransaction tx = a.begin(TransactionOptions.defaults())) {
      assertEquals(1, tx.count(KeyRange.prefix("a/")));
      assertEquals("after", tx.read("a/4"));
      assertEquals("1", tx.read("b/1"));
      assertEquals("prefix", tx.read("a"));
      tx.delete(KeyRange.all());
      assertEquals(0, tx.count(KeyRange.all()));
    }
    assertEquals("after", a.read("a/4"), "rolled back");
  }

  /** Each deleted key is a write: it conflicts with other commits as one. */
  @Test
  default void aKeyChangedMeanwhileIsAConflict() {
    DistributedStorage a = nodes().open();
    a.runTransaction(tx -> tx.write("a/1", "1").write("a/2", "2"));
    try (ExplicitTransaction tx =
        a.begin(TransactionOptions.defaults().isolation(IsolationLevel.SNAPSHOT))) {
      tx.delete(KeyRange.prefix("a/"));
      a.runTransaction(other -> other.write("a/2", "changed"));
      assertThrows(TransactionConflictException.class, tx::commit);
    }
    assertEquals("1", a.read("a/1"));
  }

  @Test
  default void moreThanARequestCarriesIsDeletedInChunks() {
    DistributedStorage a = nodes().open();
    fill(a, 0, 25_000);
    a.runTransaction(tx -> tx.write("a", "before").write("b", "behind"));
    assertThrows(
        TransactionTooLargeException.class,
        () -> a.runTransaction(tx -> tx.delete(KeyRange.prefix("a/"))));
    assertEquals(25_000, a.delete(KeyRange.prefix("a/")));
    assertEquals(0, a.delete(KeyRange.prefix("a/")));
    assertEquals("before", a.read("a"));
    assertEquals("behind", a.read("b"));
    assertEquals(2, a.status().keys());
    DistributedStorage b = nodes().open();
    assertEquals(2, b.status().keys());
    assertEquals(2, a.delete(KeyRange.prefix("")), "PetaCore's own keys are left alone");
    b.close();
    nodes().open().runTransaction(tx -> tx.write("key", "it still works"));
  }

  /** Another program may have written it; it can be scanned, so it can be deleted. */
  @Test
  default void aForeignKeyOverTheLimitCanBeReadOverwrittenAndDeleted() {
    DistributedStorage a = nodes().open();
    ForeignWriter plain = nodes().foreigner();
    Bytes longKey = Bytes.utf8("k".repeat(5_000));
    Bytes other = Bytes.utf8("k".repeat(10_000));
    plain.put(longKey, Bytes.utf8("foreign"), 0);
    plain.put(other, Bytes.utf8("foreign"), 0);
    Await.until("both are here", () -> a.status().keys() == 2);
    assertEquals(Bytes.utf8("foreign"), a.read(longKey));
    a.runTransaction(tx -> tx.write(longKey, Bytes.utf8("mine")));
    assertEquals(Bytes.utf8("mine"), a.read(longKey));
    a.runTransaction(tx -> tx.delete(longKey));
    assertNull(a.read(longKey));
    assertEquals(1, a.delete(KeyRange.all()));
    assertThrows(
        IllegalArgumentException.class,
        () -> a.runTransaction(tx -> tx.write(longKey, Bytes.utf8("new"))));
  }
}
