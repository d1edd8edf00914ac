package io.petacore.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.StorageStatus;
import io.petacore.data.Bytes;
import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.PetaCoreException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.TransactionConflictException;
import io.petacore.testing.Await;
import io.petacore.testing.Nodes;
import io.petacore.testing.SteeredStore;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionOptions;
import io.petacore.transaction.TransactionTask;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What the calls of a storage return, how long they take, and which exception ends them. */
public interface CallsContract {

  /** The nodes of this test. */
  Nodes nodes();

  @Test
  default void aTransactionReturnsWhatItsCommitWasGiven() {
    DistributedStorage a = nodes().open();
    CommitResult first = a.runTransaction(tx -> tx.write("key", "1"));
    assertEquals(a.appliedRevision(), first.revision());
    assertEquals(a.status().appliedTimestamp(), first.timestamp());
    CommitResult second = a.transaction(tx -> tx.write("key", "2"));
    assertTrue(second.revision() > first.revision());
    try (Snapshot past = a.snapshot()) {
      assertEquals(second.timestamp(), past.timestamp());
    }
    for (IsolationLevel level : IsolationLevel.values()) {
      CommitResult read =
          a.runTransaction(
              TransactionOptions.defaults().isolation(level),
              tx -> assertEquals("2", tx.read("key")));
      assertEquals(second, read, "nothing written: the revision it read at");
    }
    assertEquals("2", a.<@Nullable String>transactionResult(tx -> tx.read("key")));
    assertNull(a.<@Nullable Object>transactionResult(TransactionOptions.defaults(), tx -> null));
  }

  /** The body runs more than once: the result is of the run that was committed. */
  @Test
  default void theResultIsOfTheRunThatWasCommitted() {
    DistributedStorage a = nodes().open();
    AtomicInteger runs = new AtomicInteger();
    CommitResult result =
        a.transaction(
            tx -> {
              tx.read("key");
              if (runs.incrementAndGet() == 1) {
                a.transaction(other -> other.write("key", "other"));
              }
              tx.write("key", "mine");
            });
    assertEquals(2, runs.get());
    assertEquals(a.appliedRevision(), result.revision());
  }

  /** Whatever others do, and however late: it is never told as an outage. */
  @Test
  default void contentionEndsInAConflict() {
    DistributedStorage a = nodes().open();
    DistributedStorage b = nodes().open();
    TransactionOptions options =
        TransactionOptions.defaults().timeout(Duration.ofMillis(200)).maxAttempts(1_000_000);
    TransactionTask<RuntimeException> body =
        tx -> {
          tx.write("key", "mine");
          b.runTransaction(other -> other.write("key", "theirs"));
        };
    for (int i = 0; i < 3; i++) {
      assertContended(assertThrows(PetaCoreException.class, () -> a.runTransaction(options, body)));
      CompletableFuture<CommitResult> async = a.runTransactionAsync(options, body);
      Throwable late = assertThrows(CompletionException.class, async::join).getCause();
      assertContended(Objects.requireNonNull(late));
    }
  }

  /** A request that is under way at the deadline is in doubt, as any other. */
  private static void assertContended(Throwable failure) {
    assertTrue(
        failure instanceof TransactionConflictException
            || failure instanceof CommitOutcomeUnknownException,
        failure::toString);
  }

  /** While cut off, a transaction that is to fail fast does so, and reads go on. */
  @Test
  default void failFastDoesNotWaitForTheStore() {
    SteeredStore steered = nodes().steered();
    DistributedStorage a =
        nodes().open(steered, builder -> builder.commitTimeout(Duration.ofMinutes(5)));
    a.runTransaction(tx -> tx.write("key", "1"));
    TransactionOptions failFast = TransactionOptions.defaults().failFast();
    assertTrue(failFast.isFailFast());
    assertFalse(TransactionOptions.defaults().isFailFast());
    a.runTransaction(failFast, tx -> tx.write("key", "2"));
    steered.cut();
    Await.until("cut off", () -> a.status().state() == StorageStatus.State.DISCONNECTED);
    StoreUnavailableException failure =
        assertThrows(
            StoreUnavailableException.class,
            () -> a.runTransaction(failFast, tx -> tx.write("key", "3")));
    assertTrue(String.valueOf(failure.getMessage()).contains("disconnected"));
    assertEquals("2", a.<@Nullable String>transactionResult(failFast, tx -> tx.read("key")));
    CompletableFuture<CommitResult> waiting =
        a.runTransactionAsync(TransactionOptions.defaults(), tx -> tx.write("key", "4"));
    assertFalse(waiting.isDone());
    steered.mend();
    waiting.join();
    assertEquals("4", a.read("key"));
  }

  /** A store that is gone, with a commit under way, does not hold a close up. */
  @Test
  default void closeHasABoundOfItsOwn() {
    SteeredStore steered = nodes().steered();
    DistributedStorage a =
        nodes().open(steered, builder -> builder.closeTimeout(Duration.ofMillis(300)));
    a.runTransaction(tx -> tx.write("key", "1"));
    steered.holdCommits();
    CompletableFuture<CommitResult> sent =
        a.runTransactionAsync(TransactionOptions.defaults(), tx -> tx.write("key", "2"));
    Await.until("it was sent", () -> steered.countHeldCommits() > 0);
    steered.cut();
    long begun = System.nanoTime();
    a.close();
    long millis = Duration.ofNanos(System.nanoTime() - begun).toMillis();
    assertTrue(millis < 5_000, millis + " ms");
    assertInstanceOf(
        CommitOutcomeUnknownException.class,
        assertThrows(CompletionException.class, sent::join).getCause());
  }

  /** The name of what was null. */
  @Test
  default void aNullIsNamed() {
    DistributedStorage a = nodes().open();
    try (Transaction tx = a.begin(TransactionOptions.defaults());
        Snapshot snapshot = a.snapshot()) {
      Nulls.assertNamed("key", a, tx, snapshot);
    }
    assertThrows(
        PetaCoreException.class,
        () ->
            a.runTransaction(
                tx -> {
                  throw new PetaCoreException("the body's own");
                }));
  }

  /** Calls with a null, which a compiler that checks for nulls would refuse. */
  final class Nulls {
    private Nulls() {}

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <T> T nothing() {
      return null;
    }

    static void assertNamed(String key, DistributedStorage a, Transaction tx, Snapshot snapshot) {
      assertNames(key, () -> a.read(Nulls.<String>nothing()));
      assertNames(key, () -> a.read(Nulls.<Bytes>nothing()));
      assertNames(key, () -> tx.read(Nulls.<String>nothing()));
      assertNames(key, () -> tx.exists(Nulls.<String>nothing()));
      assertNames(key, () -> tx.delete(Nulls.<String>nothing()));
      assertNames(key, () -> tx.delete(Nulls.<Bytes>nothing()));
      assertNames(key, () -> tx.write(Nulls.<String>nothing(), "value"));
      assertNames("value", () -> tx.write("key", Nulls.<String>nothing()));
      assertNames("value", () -> tx.write(Bytes.utf8("key"), Nulls.<Bytes>nothing()));
      assertNames("range", () -> tx.scan(Nulls.nothing()));
      assertNames("range", () -> snapshot.count(Nulls.nothing()));
      assertNames("range", () -> a.delete(Nulls.nothing()));
      assertNames("body", () -> a.runTransaction(Nulls.nothing()));
      assertNames("options", () -> a.begin(Nulls.nothing()));
    }

    private static void assertNames(String name, Executable call) {
      NullPointerException thrown = assertThrows(NullPointerException.class, call);
      assertEquals(name, thrown.getMessage());
    }
  }
}
