package io.petacore.internal.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.PetaCoreException;
import io.petacore.error.ResolvedOutcome;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.TransactionConflictException;
import io.petacore.store.StoreException;
import io.petacore.testing.Await;
import io.petacore.testing.CommitFaults;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Transactions that wait in the queue of a hot key commit as one chain. */
class ChainTest extends ChainFixture {

  @Test
  void whatWaitsCommitsTogetherInOrder() {
    List<CompletableFuture<Integer>> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(wait(ChainFixture::increment));
    }
    long batches = node.status().counters().batches();
    long commits = node.status().counters().commits();
    releaseChain();
    for (int i = 0; i < 20; i++) {
      assertEquals(3 + i, all.get(i).join(), "in the order of arrival");
    }
    assertEquals("22", node.read("hot"));
    assertEquals(batches + 1, node.status().counters().batches(), "one request for all");
    assertEquals(commits + 21, node.status().counters().commits(), "the held one included");
  }

  /** A result that rests on a write which then is not committed never reaches the caller. */
  @Test
  void anExceptionFromPendingWritesIsReportedOnlyIfTheyAreCommitted() {
    AtomicInteger runs = new AtomicInteger();
    CompletableFuture<Integer> reserves = wait(ChainFixture::increment);
    CompletableFuture<String> buys =
        wait(
            tx -> {
              runs.incrementAndGet();
              int sold = number(tx);
              tx.write("hot", Integer.toString(sold + 1));
              if (sold == 3) {
                throw new IllegalStateException("sold out");
              }
              return "sold at " + sold;
            });
    losesOnce(() -> other.runTransaction(tx -> tx.write("hot", "10")));
    releaseChain();
    assertEquals(11, reserves.join(), "it ran again after the other node's commit");
    assertEquals("sold at 11", buys.join());
    assertEquals(3, runs.get());
    assertEquals("12", node.read("hot"));
  }

  @Test
  void aResultWithoutWritesIsReportedOnlyIfPendingWritesAreCommitted() {
    CompletableFuture<Integer> reserves = wait(ChainFixture::increment);
    AtomicInteger runs = new AtomicInteger();
    CompletableFuture<String> reads =
        wait(
            tx -> {
              if (runs.incrementAndGet() == 1) {
                tx.write("hot", "first run"); // so that it waits in the queue
              }
              return String.valueOf(tx.read("hot"));
            });
    losesOnce(() -> other.runTransaction(tx -> tx.write("hot", "10")));
    releaseChain();
    assertEquals(11, reserves.join());
    assertEquals("11", reads.join());
    assertEquals(3, runs.get());
  }

  @Test
  void whatAnExceptionSawIsCommittedWhenItIsReported() {
    CompletableFuture<Integer> reserves = wait(ChainFixture::increment);
    AtomicInteger runs = new AtomicInteger();
    CompletableFuture<String> buys =
        wait(
            tx -> {
              runs.incrementAndGet();
              int sold = increment(tx);
              if (sold > 3) {
                throw new IllegalStateException("sold out");
              }
              return "sold";
            });
    releaseChain();
    IllegalStateException soldOut = failure(IllegalStateException.class, buys);
    assertEquals("sold out", soldOut.getMessage());
    assertEquals("3", node.read("hot"));
    assertEquals(3, reserves.join());
    assertEquals(2, runs.get(), "what was thrown on the chain is reported");
  }

  /** What is read below the pending writes is guarded, too, at Snapshot. */
  @Test
  void aMemberIsSerializable() {
    other.runTransaction(tx -> tx.write("price", "1"));
    CompletableFuture<Integer> before = wait(ChainFixture::increment);
    CompletableFuture<String> priced =
        wait(
            tx -> {
              increment(tx);
              String price = String.valueOf(tx.read("price"));
              tx.write("order", price);
              return price;
            });
    losesOnce(() -> other.runTransaction(tx -> tx.write("price", "2")));
    releaseChain();
    assertEquals(3, before.join());
    assertEquals("2", priced.join());
    assertEquals("2", node.read("order"));
  }

  @Test
  void aBodyThatScansSeesPendingWritesAndCommitsByItself() {
    CompletableFuture<Integer> reserves = wait(ChainFixture::increment);
    List<List<Entry>> scans = new ArrayList<>();
    AtomicInteger runs = new AtomicInteger();
    CompletableFuture<Integer> scanning =
        wait(
            tx -> {
              if (runs.incrementAndGet() > 1) { // the first run does not show that it will
                List<Entry> found = new ArrayList<>();
                tx.scan(KeyRange.all()).forEach(found::add);
                scans.add(found);
              }
              return increment(tx);
            });
    CompletableFuture<Integer> behind = wait(ChainFixture::increment);
    long batches = node.status().counters().batches();
    releaseChain();
    assertEquals(3, reserves.join());
    assertEquals(4, scanning.join());
    assertEquals(5, behind.join(), "it did not go past the one that scans");
    assertEquals(
        List.of(
            List.of(new Entry(Bytes.utf8("hot"), Bytes.utf8("3"))),
            List.of(new Entry(Bytes.utf8("hot"), Bytes.utf8("3")))),
        scans,
        "pending first, then committed");
    assertEquals(batches + 3, node.status().counters().batches());
  }

  /** In one request, the key would have come and gone unseen. */
  @Test
  void aKeyIsNotCreatedAndDeletedInOneChain() {
    CompletableFuture<Integer> creates =
        wait(
            tx -> {
              tx.write("new", "v");
              return increment(tx);
            });
    CompletableFuture<Integer> deletes =
        wait(
            tx -> {
              int n = increment(tx);
              if (n == 4) {
                tx.delete("new");
              }
              return n;
            });
    long batches = node.status().counters().batches();
    releaseChain();
    assertEquals(3, creates.join());
    assertEquals(4, deletes.join());
    assertNull(node.read("new"));
    assertEquals(batches + 2, node.status().counters().batches());
  }

  /** Another node writes a key while a chain grows, and this node sees it. */
  private void changeMeanwhile(String key, String value) {
    other.runTransaction(tx -> tx.write(key, value));
    Await.until("it is seen", () -> value.equals(node.read(key)));
  }

  @Test
  void aTransactionDoesNotGoBackInTime() {
    AtomicInteger runs = new AtomicInteger();
    List<CompletableFuture<Integer>> later = new ArrayList<>();
    List<String> seen = new CopyOnWriteArrayList<>();
    CompletableFuture<Integer> first =
        wait(
            tx -> {
              int n = increment(tx); // at the base, without the news
              if (runs.incrementAndGet() == 2) {
                changeMeanwhile("news", "1");
                later.add(
                    wait(
                        after -> {
                          seen.add(String.valueOf(after.read("news")));
                          return increment(after);
                        }));
              }
              return n;
            });
    releaseChain();
    assertEquals(3, first.join());
    assertEquals(4, later.get(0).join());
    assertEquals(Set.of("1"), Set.copyOf(seen));
  }

  @Test
  void theBaseMovesOnOnlyIfNothingReadHasChanged() {
    other.runTransaction(tx -> tx.write("price", "1"));
    Await.until("the price is known", () -> "1".equals(node.read("price")));
    AtomicInteger runs = new AtomicInteger();
    List<CompletableFuture<Integer>> later = new ArrayList<>();
    List<String> seen = new CopyOnWriteArrayList<>();
    CompletableFuture<Integer> orders =
        wait(
            tx -> {
              tx.write("order", String.valueOf(tx.read("price")));
              if (runs.incrementAndGet() == 2) {
                changeMeanwhile("price", "2");
                later.add(
                    wait(
                        after -> {
                          seen.add(after.read("price") + " and an order at " + after.read("order"));
                          return increment(after);
                        }));
              }
              return increment(tx);
            });
    releaseChain();
    orders.join();
    later.get(0).join();
    assertEquals("2", node.read("order"));
    assertFalse(seen.contains("2 and an order at 1"), "no state that ever was: " + seen);
  }

  @Test
  void onlyTheMemberThatTheStoreRefusesFails() {
    CompletableFuture<Integer> fine = wait(ChainFixture::increment);
    CompletableFuture<Integer> refused =
        wait(
            tx -> {
              tx.write("bad", "v");
              return increment(tx);
            });
    CompletableFuture<Integer> last = wait(ChainFixture::increment);
    faults.inject(
        (keys, pass) ->
            keys.contains(Bytes.utf8("bad"))
                ? CommitFaults.failed(StoreException.Kind.REJECTED)
                : pass.get());
    releaseChain();
    assertEquals(3, fine.join());
    failure(PetaCoreException.class, refused);
    assertEquals(4, last.join());
    assertEquals("4", node.read("hot"));
  }

  @Test
  void unknownIsUnknownForAllMembersAndIsResolvedForAll() {
    TransactionOptions brief = TransactionOptions.defaults().timeout(Duration.ofMillis(600));
    List<CompletableFuture<Integer>> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      all.add(wait(brief, ChainFixture::increment));
    }
    CompletableFuture<Integer> patient = wait(ChainFixture::increment);
    AtomicInteger batches = new AtomicInteger();
    faults.inject(
        (keys, pass) -> {
          if (batches.incrementAndGet() != 2) {
            return pass.get();
          }
          store.holdEvents(); // neither an answer nor the watch shows the outcome
          return pass.get().thenCompose(lost -> new CompletableFuture<>());
        });
    releaseChain();
    for (CompletableFuture<Integer> each : all) {
      CommitOutcomeUnknownException unknown = failure(CommitOutcomeUnknownException.class, each);
      assertFalse(unknown.outcome().isDone());
    }
    assertFalse(patient.isDone(), "it has time until the outcome is known");
    store.releaseEvents();
    assertEquals(6, patient.join());
    ResolvedOutcome resolved =
        failure(CommitOutcomeUnknownException.class, all.get(0)).outcome().join();
    assertTrue(resolved.isCommitted());
    assertEquals("6", node.read("hot"));
  }

  @Test
  void aMemberWhoseDeadlinePassesLeavesTheOthersTime() {
    CompletableFuture<Integer> patient = wait(ChainFixture::increment);
    CompletableFuture<Integer> brief =
        wait(
            TransactionOptions.defaults().timeout(Duration.ofMillis(300)), ChainFixture::increment);
    failure(StoreUnavailableException.class, brief);
    assertFalse(patient.isDone());
    releaseChain();
    assertEquals(3, patient.join());
    assertEquals("3", node.read("hot"));
  }

  @Test
  void aChainThatCanNotBeSentFailsTheMemberWhoseTimeIsUp() {
    CompletableFuture<Integer> brief =
        wait(
            TransactionOptions.defaults().timeout(Duration.ofMillis(700)), ChainFixture::increment);
    CompletableFuture<Integer> patient = wait(ChainFixture::increment);
    AtomicInteger batches = new AtomicInteger();
    faults.inject(
        (keys, pass) ->
            batches.incrementAndGet() == 1
                ? pass.get()
                : CommitFaults.failed(StoreException.Kind.UNAVAILABLE));
    releaseChain();
    failure(StoreUnavailableException.class, brief);
    assertFalse(patient.isDone());
    faults.stop();
    assertEquals(3, patient.join());
    assertEquals("3", node.read("hot"));
  }

  /** The one attempt of each is not used up by commits that only the first has lost to. */
  @Test
  void anAttemptCountsOnlyForTheMemberConcerned() {
    TransactionOptions once = PATIENT.maxAttempts(1);
    CompletableFuture<Integer> first = wait(once, ChainFixture::increment);
    CompletableFuture<Integer> second = wait(once, ChainFixture::increment);
    losesOnce(() -> other.runTransaction(tx -> tx.write("hot", "10")));
    releaseChain();
    failure(TransactionConflictException.class, first);
    assertEquals(11, second.join());
  }

  @Test
  void synchronousCallersRunOnTheirOwnThreads() throws Exception {
    List<Thread> threads = new ArrayList<>();
    List<Thread> ran = new ArrayList<>();
    AtomicInteger begun = new AtomicInteger();
    for (int i = 0; i < 4; i++) {
      Thread thread =
          new Thread(
              () ->
                  node.runTransaction(
                      PATIENT,
                      tx -> {
                        begun.incrementAndGet();
                        if (increment(tx) > 2) {
                          synchronized (ran) {
                            ran.add(Thread.currentThread());
                          }
                        }
                      }));
      threads.add(thread);
      thread.start();
      int started = i + 1;
      Await.until("it has run once", () -> begun.get() == started);
    }
    releaseChain();
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals("6", node.read("hot"));
    assertTrue(ran.containsAll(threads));
  }

  @Test
  void closingEndsAllThatWaits() {
    CompletableFuture<Integer> waiting = wait(ChainFixture::increment);
    CompletableFuture<Void> closing = CompletableFuture.runAsync(node::close);
    failure(StorageClosedException.class, waiting);
    releaseChain();
    closing.join();
  }
}
