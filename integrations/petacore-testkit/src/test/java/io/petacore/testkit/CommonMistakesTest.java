package io.petacore.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.StorageBuilder;
import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.ResolvedOutcome;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.TransactionConflictException;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.TransactionOptions;
import io.petacore.transaction.TransactionTask;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/**
 * The ten commonest mistakes of an application. Each test shows one with the test kit, and then
 * what to do instead.
 */
@PetaCoreTest(nodes = 2)
class CommonMistakesTest {
  private static final TransactionOptions BRIEF =
      TransactionOptions.defaults().timeout(Duration.ofMillis(100));

  /** 1: a body that does more than read and write through its transaction does it again. */
  @Test
  void aMailSentByABody(DistributedStorage storage, TestCluster cluster) {
    List<String> mails = new ArrayList<>();
    cluster.conflictNext("order/7");

    storage.runTransaction(
        tx -> {
          tx.write("order/7", "booked");
          mails.add("order 7 is booked");
        });
    assertEquals(2, mails.size(), "the body ran twice, and so sent two mails");

    mails.clear();
    cluster.conflictNext("order/8");
    String mail =
        storage.callTransaction(
            tx -> {
              tx.write("order/8", "booked");
              return "order 8 is booked";
            });
    mails.add(mail); // after the commit
    assertEquals(1, mails.size());
  }

  /** 2: a commit of unknown outcome that is simply repeated is applied twice. */
  @Test
  void anUnknownOutcomeIgnored(DistributedStorage storage, TestCluster cluster) {
    storage.runTransaction(tx -> tx.write("stock", "10"));
    TransactionTask sell =
        tx -> tx.write("stock", String.valueOf(Integer.parseInt(tx.read("stock")) - 1));

    CommitOutcomeUnknownException unknown =
        unknownOutcome(storage, cluster, sell); // the mistake: it is caught and ignored
    storage.runTransaction(sell);
    assertEquals("8", storage.read("stock"), "one was sold, but two are gone");
    assertEquals(ResolvedOutcome.Status.COMMITTED, unknown.outcome().join().status());

    TransactionTask sellOnce =
        tx -> {
          if (!tx.exists("order/7")) {
            sell.run(tx);
            tx.write("order/7", "booked");
          }
        };
    unknownOutcome(storage, cluster, sellOnce);
    storage.runTransaction(sellOnce); // finds the order, and does nothing
    assertEquals("7", storage.read("stock"));
  }

  private static CommitOutcomeUnknownException unknownOutcome(
      DistributedStorage storage, TestCluster cluster, TransactionTask body) {
    cluster.cutDuringNextCommit(storage);
    CommitOutcomeUnknownException unknown =
        assertThrows(
            CommitOutcomeUnknownException.class, () -> storage.runTransaction(BRIEF, body));
    cluster.heal();
    cluster.awaitQuiet();
    return unknown;
  }

  /** 3: two transactions that each rely on what the other writes both commit. */
  @Test
  void writeSkew(DistributedStorage storage) {
    storage.runTransaction(tx -> tx.write("on call/ann", "yes").write("on call/bob", "yes"));

    try (ExplicitTransaction ann = storage.begin();
        ExplicitTransaction bob = storage.begin()) {
      if ("yes".equals(ann.read("on call/bob"))) {
        ann.write("on call/ann", "no");
      }
      if ("yes".equals(bob.read("on call/ann"))) {
        bob.write("on call/bob", "no");
      }
      ann.commit();
      bob.commit();
    }
    assertEquals("no", storage.read("on call/ann"));
    assertEquals("no", storage.read("on call/bob"), "no doctor is on call");

    storage.runTransaction(tx -> tx.write("on call/ann", "yes").write("on call/bob", "yes"));
    try (ExplicitTransaction ann = storage.begin();
        ExplicitTransaction bob = storage.begin()) {
      ann.write("on call/bob", String.valueOf(ann.read("on call/bob"))).write("on call/ann", "no");
      bob.write("on call/ann", String.valueOf(bob.read("on call/ann"))).write("on call/bob", "no");
      ann.commit();
      assertThrows(
          TransactionConflictException.class,
          bob::commit,
          "each also writes the key that it relies on");
    }
  }

  static final class NoHistory implements NodeSettings {
    @Override
    public void configure(int node, StorageBuilder builder) {
      builder.maxHistoryBytes(0);
    }
  }

  /** 4: a snapshot that is never closed keeps all that was written since. */
  @Test
  @PetaCoreTest(settings = NoHistory.class)
  void aSnapshotNeverClosed(DistributedStorage storage) {
    storage.runTransaction(tx -> tx.write("counter", "0"));
    Snapshot forgotten = storage.snapshot();
    for (int i = 1; i <= 100; i++) {
      String value = String.valueOf(i);
      storage.runTransaction(tx -> tx.write("counter", value));
    }
    assertTrue(storage.status().versions() >= 100, () -> storage.status().toString());
    assertEquals("0", forgotten.read("counter"));

    forgotten.close(); // try (Snapshot snapshot = storage.snapshot()) does it
    storage.runTransaction(tx -> tx.write("counter", "101"));
    Await.until("old versions are freed", () -> storage.status().versions() < 10);
  }

  /** 5: what was read before the transaction is not checked when it commits. */
  @Test
  void aReadOutsideTheTransaction(DistributedStorage storage, DistributedStorage other) {
    storage.runTransaction(tx -> tx.write("counter", "1"));
    int seen = Integer.parseInt(storage.read("counter"));
    other.runTransaction(TransactionOptions.defaults().latest(), tx -> tx.write("counter", "100"));
    storage.runTransaction(
        TransactionOptions.defaults().latest(),
        tx -> tx.write("counter", String.valueOf(seen + 1)));
    assertEquals("2", storage.read("counter"), "the update to 100 is lost");

    storage.runTransaction(
        tx -> tx.write("counter", String.valueOf(Integer.parseInt(tx.read("counter")) + 1)));
    assertEquals("3", storage.read("counter"));
  }

  /** 6: another node does not see a commit at once. */
  @Test
  void aReadOnAnotherNode(
      DistributedStorage storage, DistributedStorage other, TestCluster cluster) {
    cluster.delay(other, Duration.ofHours(1));
    CommitResult result = storage.runTransaction(tx -> tx.write("user/7", "ann"));
    assertNull(other.read("user/7"), "the redirected request does not find the new user");

    cluster.heal(); // only the test makes it so long
    other.awaitRevision(result.revision(), Duration.ofSeconds(10));
    assertEquals("ann", other.read("user/7"));
  }

  /** 7: a body that catches its own failure commits what it had written before. */
  @Test
  void aFailureCaughtWithinTheBody(DistributedStorage storage) {
    storage.runTransaction(tx -> tx.write("from", "10").write("to", "not a number"));
    storage.runTransaction(
        tx -> {
          try {
            tx.write("from", "0");
            tx.write("to", String.valueOf(Integer.parseInt(tx.read("to")) + 10));
          } catch (NumberFormatException e) {
            // The mistake: the transaction continues, and commits.
          }
        });
    assertEquals("0", storage.read("from"), "10 are gone");

    storage.runTransaction(tx -> tx.write("from", "10"));
    assertThrows(
        NumberFormatException.class,
        () ->
            storage.runTransaction(
                tx -> {
                  tx.write("from", "0");
                  tx.write("to", String.valueOf(Integer.parseInt(tx.read("to")) + 10));
                }));
    assertEquals("10", storage.read("from"));
  }

  /** 8: a transaction begun within a body is one of its own. */
  @Test
  void aTransactionWithinATransaction(DistributedStorage storage) {
    assertThrows(
        IllegalStateException.class,
        () ->
            storage.runTransaction(
                tx -> {
                  tx.write("order/7", "booked");
                  storage.runTransaction(inner -> inner.write("audit/7", "booked"));
                  throw new IllegalStateException("no such item");
                }));
    assertNull(storage.read("order/7"));
    assertEquals("booked", storage.read("audit/7"), "the audit names an order that does not exist");

    assertThrows(
        IllegalStateException.class,
        () ->
            storage.runTransaction(
                tx -> {
                  tx.write("order/8", "booked");
                  tx.write("audit/8", "booked"); // methods called by the body get its tx
                  throw new IllegalStateException("no such item");
                }));
    assertNull(storage.read("audit/8"));
  }

  /** 9: the failure of an asynchronous transaction is in its future only. */
  @Test
  void aFutureIgnored(DistributedStorage storage, TestCluster cluster) {
    cluster.cut(storage);
    CompletableFuture<CommitResult> ignored =
        storage.runTransactionAsync(BRIEF, tx -> tx.write("order/7", "booked"));
    // The call returned, so all seems well; only the future says that nothing was booked.
    CompletionException failure = assertThrows(CompletionException.class, ignored::join);
    assertTrue(failure.getCause() instanceof StoreUnavailableException, failure::toString);
    assertFalse(storage.exists("order/7"));
  }

  /** 10: two reads of a storage are not of one state. */
  @Test
  void twoReadsOfTwoStates(DistributedStorage storage, DistributedStorage other) {
    storage.runTransaction(tx -> tx.write("account/a", "100").write("account/b", "0"));
    TransactionTask transfer = tx -> tx.write("account/a", "0").write("account/b", "100");

    int a = Integer.parseInt(storage.read("account/a"));
    CommitResult result = other.runTransaction(TransactionOptions.defaults().latest(), transfer);
    storage.awaitRevision(result.revision(), Duration.ofSeconds(10));
    int b = Integer.parseInt(storage.read("account/b"));
    assertEquals(200, a + b, "100 out of nothing");

    storage.runTransaction(tx -> tx.write("account/a", "100").write("account/b", "0"));
    try (Snapshot snapshot = storage.snapshot()) {
      int before = Integer.parseInt(snapshot.read("account/a"));
      result = other.runTransaction(TransactionOptions.defaults().latest(), transfer);
      storage.awaitRevision(result.revision(), Duration.ofSeconds(10));
      assertEquals(100, before + Integer.parseInt(snapshot.read("account/b")));
    }
  }
}
