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
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.CommitQueueFullException;
import io.petacore.error.PetaCoreException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.TransactionConflictException;
import io.petacore.testing.Await;
import io.petacore.testing.Nodes;
import io.petacore.testing.SteeredStore;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.ReadView;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionOptions;
import io.petacore.transaction.TransactionTask;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What the calls of a storage return, how long they take, and how they fail. */
public interface CallsContract {

  /** The nodes of this test. */
  Nodes nodes();

  @Test
  default void aTransactionReturnsTheResultOfItsCommit() {
    DistributedStorage a = nodes().open();
    CommitResult first = a.runTransaction(tx -> tx.write("key", "1"));
    assertEquals(a.revision(), first.revision());
    assertEquals(a.status().appliedTimestamp(), first.timestamp());
    CommitResult second = a.runTransaction(tx -> tx.write("key", "2"));
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
    assertEquals("2", a.<@Nullable String>callTransaction(tx -> tx.read("key")));
    assertNull(a.<@Nullable Object>callTransaction(TransactionOptions.defaults(), tx -> null));
  }

  /** The body runs more than once: the result is of the run that was committed. */
  @Test
  default void theResultIsOfTheRunThatWasCommitted() {
    DistributedStorage a = nodes().open();
    AtomicInteger runs = new AtomicInteger();
    CommitResult result =
        a.runTransaction(
            tx -> {
              tx.read("key");
              if (runs.incrementAndGet() == 1) {
                a.runTransaction(other -> other.write("key", "other"));
              }
              tx.write("key", "mine");
            });
    assertEquals(2, runs.get());
    assertEquals(a.revision(), result.revision());
  }

  /** It is never reported as an outage, whatever other transactions do and however late it is. */
  @Test
  default void contentionEndsInAConflict() {
    DistributedStorage a = nodes().open();
    DistributedStorage b = nodes().open();
    TransactionOptions options =
        TransactionOptions.defaults().timeout(Duration.ofMillis(200)).maxAttempts(1_000_000);
    TransactionTask body =
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

  /** A request in flight at the deadline is in doubt, as any other. */
  private static void assertContended(Throwable failure) {
    assertTrue(
        failure instanceof TransactionConflictException
            || failure instanceof CommitOutcomeUnknownException,
        failure::toString);
  }

  /** While disconnected, a fail-fast transaction fails at once, and reads continue. */
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
    Await.until("disconnected", () -> a.status().state() == StorageStatus.State.DISCONNECTED);
    StoreUnavailableException failure =
        assertThrows(
            StoreUnavailableException.class,
            () -> a.runTransaction(failFast, tx -> tx.write("key", "3")));
    assertTrue(String.valueOf(failure.getMessage()).contains("disconnected"));
    assertEquals("2", a.<@Nullable String>callTransaction(failFast, tx -> tx.read("key")));
    CompletableFuture<CommitResult> waiting = a.runTransactionAsync(tx -> tx.write("key", "4"));
    assertFalse(waiting.isDone());
    steered.mend();
    waiting.join();
    assertEquals("4", a.read("key"));
  }

  /** A store that is gone while a commit is in flight does not delay a close. */
  @Test
  default void closeHasABoundOfItsOwn() {
    SteeredStore steered = nodes().steered();
    DistributedStorage a =
        nodes().open(steered, builder -> builder.closeTimeout(Duration.ofMillis(300)));
    a.runTransaction(tx -> tx.write("key", "1"));
    steered.holdCommits();
    CompletableFuture<CommitResult> sent = a.runTransactionAsync(tx -> tx.write("key", "2"));
    Await.until("sent", () -> steered.countHeldCommits() > 0);
    steered.cut();
    long begun = System.nanoTime();
    a.close();
    long millis = Duration.ofNanos(System.nanoTime() - begun).toMillis();
    assertTrue(millis < 5_000, millis + " ms");
    assertInstanceOf(
        CommitOutcomeUnknownException.class,
        assertThrows(CompletionException.class, sent::join).getCause());
  }

  /** With two slots and two commits in flight, a third fails instead of blocking. */
  @Test
  default void asynchronousCallsFailIfTheQueueIsFull() {
    SteeredStore steered = nodes().steered();
    DistributedStorage a = nodes().open(steered, builder -> builder.maxPendingCommits(2));
    a.runTransaction(tx -> tx.write("key", "0"));
    steered.holdCommits();
    List<CompletableFuture<Integer>> pending = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      int number = i;
      pending.add(
          a.callTransactionAsync(
              tx -> {
                tx.write("key" + number, "value");
                return number;
              }));
    }
    CompletableFuture<CommitResult> overflow =
        a.runTransactionAsync(tx -> tx.write("key2", "value"));
    CommitQueueFullException full =
        assertInstanceOf(
            CommitQueueFullException.class,
            assertThrows(CompletionException.class, overflow::join).getCause());
    assertTrue(String.valueOf(full.getMessage()).contains("2 transactions"), full.getMessage());
    assertEquals("0", a.callTransactionAsync(tx -> tx.read("key")).join(), "reads continue");
    steered.releaseCommits();
    for (int i = 0; i < 2; i++) {
      assertEquals(i, pending.get(i).join());
    }
    a.runTransactionAsync(tx -> tx.write("key2", "value")).join();
    assertEquals("value", a.read("key2"));
  }

  /** One failure of the store is the cause of many, each with the stack trace of its caller. */
  @Test
  default void everyCallerGetsAnExceptionOfItsOwn() {
    SteeredStore steered = nodes().steered();
    DistributedStorage a = nodes().open(steered);
    a.runTransaction(tx -> tx.write("key", "0"));
    TransactionOptions shortly = TransactionOptions.defaults().timeout(Duration.ofMillis(300));
    steered.cut();
    Await.until("disconnected", () -> a.status().state() == StorageStatus.State.DISCONNECTED);
    List<CompletableFuture<CommitResult>> futures = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      futures.add(a.runTransactionAsync(shortly, tx -> tx.write("key", "1")));
    }
    StoreUnavailableException blocking =
        assertThrows(StoreUnavailableException.class, () -> writeInThisFrame(a, shortly));
    assertTrue(
        Stream.of(blocking.getStackTrace())
            .anyMatch(frame -> frame.getMethodName().equals("writeInThisFrame")),
        "the caller is in its stack trace");
    assertTrue(blocking.isRetryable());
    assertFalse(blocking.mayHaveBeenApplied());
    Set<Throwable> all = Collections.newSetFromMap(new IdentityHashMap<>());
    for (CompletableFuture<CommitResult> future : futures) {
      Throwable failure = assertThrows(CompletionException.class, future::join).getCause();
      assertInstanceOf(StoreUnavailableException.class, failure);
      assertTrue(all.add(Objects.requireNonNull(failure)), "an object of its own");
    }
    steered.mend();
  }

  private static void writeInThisFrame(DistributedStorage storage, TransactionOptions options) {
    storage.runTransaction(options, tx -> tx.write("key", "1"));
  }

  /** The storage is a view of the newest applied state. */
  @Test
  default void aStorageReadsLikeAnyView() {
    DistributedStorage a = nodes().open();
    a.runTransaction(tx -> tx.write("a", "1").write("b", "2").write("c", "3"));
    ReadView view = a;
    assertEquals("1", view.read("a"));
    assertTrue(view.exists("a"));
    assertFalse(view.exists("d"));
    assertEquals(3, view.count(KeyRange.all()));
    assertEquals("a b c", keys(view.scan(KeyRange.all())));
    assertEquals("c b", keys(view.scanDescending(KeyRange.all(), 2)));
    assertEquals(a.status().appliedRevision(), view.revision());
    Iterable<Entry> scan = view.scan(KeyRange.all());
    Iterator<Entry> begun = scan.iterator();
    a.runTransaction(tx -> tx.delete("a"));
    assertEquals("a b c", keys(() -> begun), "one iteration sees one state");
    assertEquals("b c", keys(scan), "the next sees the newest");
  }

  private static String keys(Iterable<Entry> entries) {
    StringJoiner keys = new StringJoiner(" ");
    entries.forEach(entry -> keys.add(entry.key().toUtf8()));
    return keys.toString();
  }

  /** A null argument throws, and the message names the parameter. */
  @Test
  default void aNullIsNamed() {
    DistributedStorage a = nodes().open();
    try (ExplicitTransaction tx = a.begin();
        Snapshot snapshot = a.snapshot()) {
      Nulls.assertNamed("key", a, tx, snapshot);
    }
    assertThrows(
        PetaCoreException.class,
        () ->
            a.runTransaction(
                tx -> {
                  throw new StoreUnavailableException("the body's own", null);
                }));
  }

  /** Calls with a null, which a compiler that checks for nulls would reject. */
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
      assertNames("body", () -> a.runTransactionAsync(Nulls.nothing()));
      assertNames("body", () -> a.callTransactionAsync(Nulls.nothing()));
      assertNames("range", () -> a.scan(Nulls.nothing()));
      assertNames("range", () -> a.count(Nulls.nothing()));
    }

    private static void assertNames(String name, Executable call) {
      NullPointerException thrown = assertThrows(NullPointerException.class, call);
      assertEquals(name, thrown.getMessage());
    }
  }
}
