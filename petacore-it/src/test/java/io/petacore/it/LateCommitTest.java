package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.ResolvedOutcome;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.it.proxy.Direction;
import io.petacore.it.proxy.TcpProxy;
import io.petacore.testing.Nodes;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Requests take 2.5 s to reach etcd, and transactions time out after 2 s.
 *
 * <p><b>Invariant.</b> The future of {@link CommitOutcomeUnknownException} completes with the
 * actual outcome; a body that writes a unique key only if it is absent takes effect once, however
 * often it is run.
 */
@WithEtcd
class LateCommitTest {

  private static final int ORDERS = 5;
  private static final TransactionOptions SHORT =
      TransactionOptions.defaults().timeout(Duration.ofSeconds(2));

  private final Nodes nodes;
  private final TcpProxy proxy;
  private final DistributedStorage storage;

  LateCommitTest(EtcdCluster etcd) {
    nodes = new Nodes(new EtcdBackend(etcd));
    proxy = TcpProxy.to(etcd.member().address());
    storage =
        nodes.open(
            EtcdKvStore.builder()
                .endpoints("http://127.0.0.1:" + proxy.address().getPort())
                .requestTimeout(Duration.ofSeconds(20))
                .connect(),
            builder -> builder.maxInFlight(ORDERS));
  }

  @AfterEach
  void close() {
    nodes.close();
    proxy.close();
  }

  private static void book(Transaction tx, int order) {
    if (tx.exists("order/" + order)) {
      return;
    }
    String booked = tx.read("booked/" + order);
    tx.write("booked/" + order, booked == null ? "1" : booked + "1");
    tx.write("order/" + order, "booked");
  }

  private List<CommitOutcomeUnknownException> bookLate() throws Exception {
    storage.runTransaction(tx -> tx.write("first", "of all"));
    proxy.delay(Direction.TO_SERVER, Duration.ofMillis(2500));
    List<CompletableFuture<CommitResult>> futures = new ArrayList<>();
    for (int order = 0; order < ORDERS; order++) {
      int number = order;
      futures.add(storage.runTransactionAsync(SHORT, tx -> book(tx, number)));
    }
    List<CommitOutcomeUnknownException> unknown = new ArrayList<>();
    for (CompletableFuture<CommitResult> one : futures) {
      Throwable failure =
          assertThrows(ExecutionException.class, () -> one.get(30, TimeUnit.SECONDS)).getCause();
      unknown.add(assertInstanceOf(CommitOutcomeUnknownException.class, failure));
    }
    assertTrue(storage.isSynced());
    return unknown;
  }

  private List<ResolvedOutcome> outcomes(List<CommitOutcomeUnknownException> unknown)
      throws Exception {
    List<ResolvedOutcome> outcomes = new ArrayList<>();
    for (CommitOutcomeUnknownException one : unknown) {
      outcomes.add(one.outcome().get(60, TimeUnit.SECONDS));
    }
    return outcomes;
  }

  @Test
  void theFutureCompletesWithTheActualOutcome() throws Exception {
    List<CommitOutcomeUnknownException> unknown = bookLate();
    int absent = 0;
    for (int order = 0; order < ORDERS; order++) {
      absent += storage.read("order/" + order) == null ? 1 : 0;
    }
    assertEquals(ORDERS, absent, "a read while SYNCED shows a late commit");
    List<ResolvedOutcome> outcomes = outcomes(unknown);
    DistributedStorage other = nodes.open();
    int committed = 0;
    for (int order = 0; order < ORDERS; order++) {
      assertNotEquals(ResolvedOutcome.Status.UNKNOWN, outcomes.get(order).status());
      assertEquals(outcomes.get(order).isCommitted(), other.read("order/" + order) != null);
      committed += outcomes.get(order).isCommitted() ? 1 : 0;
    }
    assertTrue(committed > 0, "no late commit was applied");
    assertEquals(
        committed + 1, storage.status().counters().commits(), "late commits are not counted");
  }

  @Test
  void aRetriedTransactionWithAUniqueKeyTakesEffectOnce() throws Exception {
    List<CommitOutcomeUnknownException> unknown = bookLate();
    for (int order = 0; order < ORDERS; order++) {
      int number = order;
      storage.runTransaction(
          TransactionOptions.defaults().timeout(Duration.ofSeconds(40)), tx -> book(tx, number));
    }
    outcomes(unknown);
    DistributedStorage other = nodes.open();
    for (int order = 0; order < ORDERS; order++) {
      assertEquals("1", other.read("booked/" + order), "bookings");
    }
  }
}
