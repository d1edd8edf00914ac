package io.petacore.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.petacore.DistributedStorage;
import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@PetaCoreTest(nodes = 2)
class BookingTest {
  private static void book(DistributedStorage storage, String order) {
    storage.runTransaction(
        TransactionOptions.defaults().timeout(Duration.ofMillis(100)),
        tx -> {
          if (tx.exists("order/" + order)) {
            return; // an earlier run was committed
          }
          tx.write("stock", String.valueOf(Integer.parseInt(tx.read("stock")) - 1));
          tx.write("order/" + order, "booked");
        });
  }

  @Test
  void booksOnceThoughTheOutcomeIsUnknown(
      DistributedStorage shop, DistributedStorage office, TestCluster cluster) {
    shop.runTransaction(tx -> tx.write("stock", "3"));

    cluster.cutDuringNextCommit(shop);
    assertThrows(CommitOutcomeUnknownException.class, () -> book(shop, "7"));
    cluster.heal();
    cluster.awaitQuiet();
    book(shop, "7");

    cluster.awaitQuiet();
    assertEquals("2", office.read("stock"));
  }
}
