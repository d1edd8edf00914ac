package io.petacore.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.StorageBuilder;
import io.petacore.error.ReadOnlyStorageException;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.testing.Await;
import io.petacore.testing.ForeignWriter;
import io.petacore.testing.Nodes;
import io.petacore.testing.SteeredStore;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How new the state is that a transaction sees, if its options ask for it. */
public interface FreshnessContract {

  /** The nodes of this test. */
  Nodes nodes();

  private static TransactionOptions latest() {
    return TransactionOptions.defaults().latest();
  }

  private static TransactionOptions atLeast(long revision) {
    return TransactionOptions.defaults().atLeast(revision);
  }

  /** Fails if a call is answered before what it has to see is applied. */
  @Test
  default void latestSeesEveryCommitThatHasReturnedElsewhere() throws Exception {
    DistributedStorage writer = nodes().open();
    SteeredStore steered = nodes().steered();
    DistributedStorage reader = nodes().open(steered);
    for (int i = 0; i < 20; i++) {
      String value = "v" + i;
      steered.holdEvents();
      writer.runTransaction(tx -> tx.write("key", value));
      CompletableFuture<@Nullable String> async =
          reader.callTransactionAsync(latest(), tx -> tx.read("key"));
      steered.releaseEvents();
      assertEquals(value, async.get(30, TimeUnit.SECONDS));
      writer.runTransaction(tx -> tx.write("key", value + "!"));
      assertEquals(value + "!", reader.callTransaction(latest(), tx -> tx.read("key")));
      writer.runTransaction(tx -> tx.write("key", value + "!!"));
      try (Snapshot snapshot = reader.snapshot(latest())) {
        assertEquals(value + "!!", snapshot.read("key"));
      }
      writer.runTransaction(tx -> tx.write("key", value + "!!!"));
      try (ExplicitTransaction tx = reader.begin(latest())) {
        assertEquals(value + "!!!", tx.read("key"));
      }
    }
  }

  @Test
  default void atLeastSeesACommitByItsRevision() throws Exception {
    DistributedStorage writer = nodes().open();
    SteeredStore steered = nodes().steered();
    DistributedStorage reader = nodes().open(steered);
    for (int i = 0; i < 20; i++) {
      String value = "v" + i;
      steered.holdEvents();
      CommitResult commit = writer.runTransaction(tx -> tx.write("key", value));
      CompletableFuture<@Nullable String> async =
          reader.callTransactionAsync(atLeast(commit.revision()), tx -> tx.read("key"));
      steered.releaseEvents();
      assertEquals(value, async.get(30, TimeUnit.SECONDS));
      CommitResult next = writer.runTransaction(tx -> tx.write("key", value + "!"));
      assertEquals(
          value + "!", reader.callTransaction(atLeast(next.revision()), tx -> tx.read("key")));
      assertTrue(
          reader.runTransaction(atLeast(next.revision()), tx -> tx.write("other", value)).revision()
              > next.revision());
    }
  }

  /** The revision of a load changes nothing in the namespace, so that no watch delivers it. */
  @Test
  default void atLeastAcceptsTheRevisionOfALoad() throws Exception {
    DistributedStorage idle = nodes().open();
    idle.runTransaction(tx -> tx.write("key", "v"));
    nodes().foreigner().putElsewhere();
    DistributedStorage later = nodes().open(nodes().connect(), StorageBuilder::readOnly);
    long revision = later.callTransaction(tx -> tx.revision());
    assertTrue(revision > idle.revision());
    assertTrue(idle.callTransaction(atLeast(revision), tx -> tx.revision()) >= revision);
    nodes().foreigner().putElsewhere();
    DistributedStorage last = nodes().open(nodes().connect(), StorageBuilder::readOnly);
    assertTrue(
        idle.callTransactionAsync(atLeast(last.revision()), tx -> tx.revision())
                .get(30, TimeUnit.SECONDS)
            >= last.revision());
  }

  @Test
  default void aRevisionThatIsNotAppliedInTimeIsNamed() {
    DistributedStorage writer = nodes().open();
    SteeredStore steered = nodes().steered();
    DistributedStorage reader = nodes().open(steered);
    long applied = writer.runTransaction(tx -> tx.write("key", "1")).revision();
    Await.until("it is applied", () -> reader.revision() >= applied);
    steered.holdEvents();
    CommitResult commit = writer.runTransaction(tx -> tx.write("key", "2"));
    Duration soon = Duration.ofMillis(100);
    StoreUnavailableException late =
        assertThrows(
            StoreUnavailableException.class,
            () ->
                reader.callTransaction(
                    atLeast(commit.revision()).timeout(soon), tx -> tx.exists("key")));
    String message = String.valueOf(late.getMessage());
    assertTrue(message.contains("at least at revision " + commit.revision()), message);
    assertTrue(message.contains("connected"), message);
    assertThrows(
        StoreUnavailableException.class,
        () -> reader.callTransaction(latest().timeout(soon), tx -> tx.exists("key")));
    ExecutionException async =
        assertThrows(
            ExecutionException.class,
            () ->
                reader
                    .callTransactionAsync(latest().timeout(soon), tx -> tx.exists("key"))
                    .get(30, TimeUnit.SECONDS));
    assertInstanceOf(StoreUnavailableException.class, async.getCause());
    steered.releaseEvents();
    assertEquals("2", reader.callTransaction(latest(), tx -> tx.read("key")));
  }

  @Test
  default void aBarrierSeesForeignWrites() throws Exception {
    DistributedStorage node = nodes().open();
    ForeignWriter foreigner = nodes().foreigner();
    for (int i = 0; i < 20; i++) {
      long written = foreigner.put("foreign", "v" + i);
      assertTrue(node.barrier() > written);
      assertEquals("v" + i, node.read("foreign"));
      foreigner.put("foreign", "v" + i + "!");
      node.barrierAsync().get(30, TimeUnit.SECONDS);
      assertEquals("v" + i + "!", node.read("foreign"));
    }
  }

  @Test
  default void barriersAreShared() throws Exception {
    SteeredStore steered = nodes().steered();
    DistributedStorage node = nodes().open(steered);
    node.barrier();
    long before = node.status().counters().emptyBatches();
    steered.holdCommits();
    List<CompletableFuture<Long>> calls = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      calls.add(node.barrierAsync(TransactionOptions.defaults()));
    }
    steered.releaseCommits();
    for (CompletableFuture<Long> call : calls) {
      call.get(30, TimeUnit.SECONDS);
    }
    assertEquals(before + 2, node.status().counters().emptyBatches());
  }

  @Test
  default void aReadOnlyStorageHasLatestAndNoBarrier() {
    DistributedStorage writer = nodes().open();
    DistributedStorage reader = nodes().open(nodes().connect(), StorageBuilder::readOnly);
    for (int i = 0; i < 20; i++) {
      String value = "v" + i;
      writer.runTransaction(tx -> tx.write("key", value));
      assertEquals(value, reader.callTransaction(latest(), tx -> tx.read("key")));
    }
    String refused =
        String.valueOf(assertThrows(ReadOnlyStorageException.class, reader::barrier).getMessage());
    assertTrue(refused.contains("latest()"), refused);
    CompletableFuture<Long> async = reader.barrierAsync(TransactionOptions.defaults());
    assertInstanceOf(
        ReadOnlyStorageException.class,
        assertThrows(ExecutionException.class, async::get).getCause());
  }

  @Test
  default void whatNeedsTheStoreFailsFastIfAsked() {
    SteeredStore steered = nodes().steered();
    DistributedStorage node = nodes().open(steered);
    steered.cut();
    Await.until("it is disconnected", () -> !node.isSynced());
    TransactionOptions failFast = TransactionOptions.defaults().failFast();
    for (TransactionOptions options :
        List.of(failFast.latest(), failFast.atLeast(node.revision() + 1))) {
      assertThrows(
          StoreUnavailableException.class,
          () -> node.callTransaction(options, tx -> tx.revision()));
    }
    assertThrows(StoreUnavailableException.class, () -> node.barrier(failFast));
    steered.mend();
    assertTrue(node.barrier() > 0);
  }

  @Test
  default void stalenessIsBounded() {
    DistributedStorage node = nodes().open();
    Duration atFirst = assertNotNullStaleness(node);
    assertTrue(atFirst.compareTo(Duration.ofSeconds(30)) < 0, atFirst.toString());
    long begun = System.nanoTime();
    node.barrier();
    Duration after = assertNotNullStaleness(node);
    assertTrue(after.toNanos() <= System.nanoTime() - begun, after.toString());
    assertEquals(
        TransactionOptions.defaults().latest().atLeast(3),
        TransactionOptions.defaults().atLeast(3).latest());
    assertThrows(IllegalArgumentException.class, () -> atLeast(-1));
  }

  private static Duration assertNotNullStaleness(DistributedStorage node) {
    Duration staleness = node.status().staleness();
    assertNotNull(staleness);
    return staleness == null ? Duration.ZERO : staleness;
  }

  @Test
  default void aClosedStorageHasNoBarrier() {
    DistributedStorage node = nodes().open();
    node.close();
    assertThrows(StorageClosedException.class, node::barrier);
    assertThrows(StorageClosedException.class, () -> node.snapshot(latest()));
    assertTrue(node.barrierAsync(TransactionOptions.defaults()).isCompletedExceptionally());
  }
}
