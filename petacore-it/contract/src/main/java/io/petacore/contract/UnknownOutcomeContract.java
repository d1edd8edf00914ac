package io.petacore.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.ResolvedOutcome;
import io.petacore.testing.Await;
import io.petacore.testing.Nodes;
import io.petacore.testing.SteeredStore;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * What an application can do about a commit of unknown outcome.
 *
 * <p><b>Interleaving.</b> Requests take longer than the transaction's timeout. The caller gets an
 * unknown outcome, and finds the storage SYNCED and the key absent; then the commit arrives.
 */
public interface UnknownOutcomeContract {

  /** Fresh nodes of the implementation under test, which the implementation closes. */
  Nodes nodes();

  /** Books an order once, however often it runs: the safe way without the future. */
  private static void book(Transaction tx) {
    if (tx.exists("order/7")) {
      return; // an earlier run was committed
    }
    String stock = tx.read("stock");
    tx.write("stock", String.valueOf(Integer.parseInt(String.valueOf(stock)) - 1));
    tx.write("order/7", "booked"); // unique: of two runs at Snapshot at most one commits
  }

  private static CommitOutcomeUnknownException lateBooking(
      DistributedStorage storage, SteeredStore store) {
    storage.runTransaction(tx -> tx.write("stock", "10"));
    store.holdCommits();
    CommitOutcomeUnknownException unknown =
        assertThrows(
            CommitOutcomeUnknownException.class,
            () ->
                storage.runTransaction(
                    TransactionOptions.defaults().timeout(Duration.ofMillis(200)),
                    UnknownOutcomeContract::book));
    assertTrue(storage.isSynced());
    assertNull(storage.read("order/7"), "which proves nothing");
    assertFalse(unknown.outcome().isDone());
    return unknown;
  }

  @Test
  default void theFutureReportsALateCommitAsApplied() throws Exception {
    SteeredStore store = nodes().steered();
    DistributedStorage storage = nodes().open(store);
    CompletableFuture<ResolvedOutcome> outcome = lateBooking(storage, store).outcome();
    CompletableFuture<String> thread =
        outcome.thenApply(resolved -> Thread.currentThread().getName());
    store.releaseCommits();
    ResolvedOutcome resolved = outcome.get(30, TimeUnit.SECONDS);
    assertTrue(resolved.isCommitted(), resolved::toString);
    assertEquals("booked", storage.read("order/7"), "the commit is visible here");
    assertEquals("9", storage.read("stock"));
    assertEquals(2, storage.status().counters().commits());
    assertTrue(thread.get().startsWith("ForkJoinPool"), thread::join);
  }

  /** Followed at once, the old advice (look for a key once SYNCED) would book twice here. */
  @Test
  default void runAgainWithItsUniqueKeyItIsDoneOnce() throws Exception {
    SteeredStore store = nodes().steered();
    DistributedStorage storage = nodes().open(store);
    CompletableFuture<ResolvedOutcome> first = lateBooking(storage, store).outcome();
    CompletableFuture<?> again =
        storage.runTransactionAsync(TransactionOptions.defaults(), UnknownOutcomeContract::book);
    store.releaseCommits();
    again.get(30, TimeUnit.SECONDS);
    assertTrue(first.get(30, TimeUnit.SECONDS).status() != ResolvedOutcome.Status.UNKNOWN);
    assertEquals("booked", storage.read("order/7"));
    assertEquals("9", storage.read("stock"), "booked once");
  }

  @Test
  default void theSameAppliesToOneThatAnotherNodeRunsAgain() throws Exception {
    SteeredStore store = nodes().steered();
    DistributedStorage storage = nodes().open(store);
    CompletableFuture<ResolvedOutcome> first = lateBooking(storage, store).outcome();
    DistributedStorage other = nodes().open();
    other.runTransaction(UnknownOutcomeContract::book);
    store.releaseCommits();
    assertTrue(first.get(30, TimeUnit.SECONDS).isNotCommitted());
    Await.until("both have it", () -> "9".equals(storage.read("stock")));
    assertEquals("9", other.read("stock"), "booked once");
  }

  @Test
  default void closingTheStorageResolvesIt() throws Exception {
    SteeredStore store = nodes().steered();
    DistributedStorage storage = nodes().open(store);
    CompletableFuture<ResolvedOutcome> outcome = lateBooking(storage, store).outcome();
    storage.close();
    assertTrue(outcome.get(30, TimeUnit.SECONDS).isNotCommitted());
    store.releaseCommits();
    DistributedStorage other = nodes().open();
    assertNull(other.read("order/7"));
    assertEquals("10", other.read("stock"));
  }
}
