package io.petacore.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.StorageBuilder;
import io.petacore.StorageStatus;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.error.StorageClosedException;
import io.petacore.error.TransactionTooLargeException;
import io.petacore.testing.ForeignWriter;
import io.petacore.testing.Nodes;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.ReadView;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionOptions;
import io.petacore.transaction.TransactionTask;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Bad arguments fail in the call that makes the mistake, and nothing is sent. */
public interface BadInputContract {

  /** The nodes of this test. */
  Nodes nodes();

  /** Keys that are not allowed, in each call that takes one. */
  @Test
  default void keysThatAreEmptyReservedOrTooLong() {
    DistributedStorage a = nodes().open();
    ForeignWriter observer = nodes().foreigner();
    long revision = observer.revision();
    Bytes longest = Bytes.utf8("k".repeat(4096));
    for (Bytes bad : List.of(Bytes.EMPTY, Bytes.of((byte) 0), Bytes.utf8("\0c"))) {
      assertThrows(IllegalArgumentException.class, () -> a.read(bad));
      try (ExplicitTransaction tx = a.begin(TransactionOptions.defaults());
          Snapshot snapshot = a.snapshot()) {
        for (Executable call :
            List.<Executable>of(
                () -> tx.read(bad),
                () -> tx.exists(bad),
                () -> tx.write(bad, Bytes.EMPTY),
                () -> tx.delete(bad),
                () -> snapshot.read(bad))) {
          assertThrows(IllegalArgumentException.class, call);
        }
      }
    }
    Bytes tooLong = longest.successor();
    assertThrows(
        IllegalArgumentException.class,
        () -> a.runTransaction(tx -> tx.write(tooLong, Bytes.EMPTY)));
    assertNull(a.read(tooLong), "it can't be created, so it is absent");
    assertEquals(revision, observer.revision(), "nothing was sent");
    a.runTransaction(tx -> tx.delete(tooLong));
    a.runTransaction(tx -> tx.write(longest, Bytes.utf8("the longest")));
    assertEquals(Bytes.utf8("the longest"), a.read(longest));
  }

  /** A value over the limit is rejected by the write; the message has both sizes. */
  @Test
  default void valuesOverTheLimit() {
    DistributedStorage a = nodes().open();
    Bytes tooLarge = Bytes.of(new byte[2 << 20]);
    String message =
        String.valueOf(
            assertThrows(
                    IllegalArgumentException.class,
                    () -> a.runTransaction(tx -> tx.write(Bytes.utf8("big"), tooLarge)))
                .getMessage());
    assertTrue(message.contains("big") && message.contains("" + (2 << 20)), message);
    assertNull(a.read("big"));
  }

  /** A transaction that no request can carry is rejected as a whole, before it is sent. */
  @Test
  default void tooManyOperationsOrBytes() {
    DistributedStorage a = nodes().open();
    ForeignWriter observer = nodes().foreigner();
    long revision = observer.revision();
    assertTooLarge(
        a,
        tx -> {
          for (int i = 0; i < 100_000; i++) {
            tx.write("key-" + i, "");
          }
        });
    assertTooLarge(
        a,
        tx -> {
          for (int i = 0; i < 8; i++) {
            tx.write(Bytes.utf8("key-" + i), Bytes.of(new byte[500_000]));
          }
        });
    assertEquals(revision, observer.revision(), "nothing was sent");
  }

  private static void assertTooLarge(DistributedStorage node, TransactionTask body) {
    TransactionTooLargeException refusal =
        assertThrows(TransactionTooLargeException.class, () -> node.runTransaction(body));
    String message = String.valueOf(refusal.getMessage());
    assertTrue(message.matches("(?s).*\\d.*\\D.*\\d.*"), "names both numbers: " + message);
  }

  /** A namespace without a delimiter would contain the keys of another one. */
  @Test
  default void namespacesWithoutADelimiter() {
    for (String bad : List.of("shop", "shop/1", "sh\0p/", "shop ")) {
      assertThrows(
          IllegalArgumentException.class,
          () -> DistributedStorage.builder(nodes().connect()).namespace(bad).open().close());
    }
  }

  /** Settings that are out of range. */
  @Test
  default void settingsOutOfRange() {
    StorageBuilder builder = DistributedStorage.builder(nodes().connect());
    assertThrows(IllegalArgumentException.class, () -> builder.maxInFlight(0));
    for (Duration bad : List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofDays(200_000))) {
      assertThrows(IllegalArgumentException.class, () -> builder.commitTimeout(bad));
      assertThrows(IllegalArgumentException.class, () -> builder.historyRetention(bad));
    }
  }

  /** The caller gets the exception that the body threw, checked or not, and nothing is written. */
  @Test
  default void aBodyThatThrows() {
    DistributedStorage a = nodes().open();
    ForeignWriter observer = nodes().foreigner();
    long revision = observer.revision();
    IOException checked = new IOException("no file");
    IllegalStateException unchecked = new IllegalStateException("no good");
    AssertionError error = new AssertionError("no way");
    assertSame(
        checked,
        assertThrows(
            IOException.class,
            () ->
                a.<IOException>runTransactionThrowing(
                    tx -> {
                      tx.write("key", "value");
                      throw checked;
                    })));
    assertSame(
        unchecked,
        assertThrows(
            IllegalStateException.class,
            () ->
                a.callTransaction(
                    tx -> {
                      tx.write("key", "value");
                      throw unchecked;
                    })));
    assertSame(
        error,
        assertThrows(
            AssertionError.class,
            () ->
                a.runTransaction(
                    tx -> {
                      tx.write("key", "value");
                      throw error;
                    })));
    ExecutionException async =
        assertThrows(
            ExecutionException.class,
            () ->
                a.runTransactionAsync(
                        TransactionOptions.defaults(),
                        tx -> {
                          tx.write("key", "value");
                          throw checked;
                        })
                    .get());
    assertSame(checked, async.getCause());
    assertEquals(revision, observer.revision(), "nothing was sent");
    assertNull(a.read("key"));
  }

  /** A transaction ends once. */
  @Test
  default void aTransactionThatHasEnded() {
    DistributedStorage a = nodes().open();
    ExplicitTransaction committed = a.begin(TransactionOptions.defaults());
    committed.write("key", "1").commit();
    assertThrows(IllegalStateException.class, committed::commit);
    assertEnded(committed);

    ExplicitTransaction rolledBack = a.begin(TransactionOptions.defaults());
    rolledBack.write("key", "2").close();
    rolledBack.close();
    assertThrows(IllegalStateException.class, rolledBack::commit);
    assertEnded(rolledBack);

    List<Transaction> kept = new ArrayList<>();
    a.runTransaction(
        tx -> {
          kept.add(tx);
        });
    assertEnded(kept.get(0));
    assertEquals("1", a.read("key"));

    Snapshot snapshot = a.snapshot();
    snapshot.close();
    snapshot.close();
    assertReadsEnded(snapshot);
  }

  private static void assertEnded(Transaction tx) {
    assertThrows(IllegalStateException.class, () -> tx.write("key", "value"));
    assertThrows(IllegalStateException.class, () -> tx.delete("key"));
    assertReadsEnded(tx);
  }

  private static void assertReadsEnded(ReadView view) {
    assertThrows(IllegalStateException.class, () -> view.read("key"));
    assertThrows(IllegalStateException.class, () -> view.scan(KeyRange.all()).iterator().hasNext());
  }

  /** A closed storage fails every call but its status. */
  @Test
  default void aStorageThatIsClosed() {
    DistributedStorage a = nodes().open();
    a.runTransaction(tx -> tx.write("key", "value"));
    ExplicitTransaction open = a.begin(TransactionOptions.defaults()).write("key", "late");
    a.close();
    a.close();
    assertEquals(StorageStatus.State.CLOSED, a.status().state());
    for (Executable call :
        List.<Executable>of(
            () -> a.read("key"),
            a::snapshot,
            () -> a.begin(TransactionOptions.defaults()),
            () -> a.runTransaction(tx -> {}),
            () -> a.exists("key"),
            () -> a.count(KeyRange.all()),
            () -> a.scan(KeyRange.all()).iterator().hasNext(),
            open::commit)) {
      assertThrows(StorageClosedException.class, call);
    }
    for (CompletableFuture<?> future :
        List.of(a.runTransactionAsync(tx -> {}), a.callTransactionAsync(tx -> 1))) {
      assertInstanceOf(
          StorageClosedException.class,
          assertThrows(CompletionException.class, future::join).getCause());
    }
    assertEquals("value", nodes().open().read("key"));
  }

  /** A transaction without writes is not sent. */
  @Test
  default void aTransactionWithoutWritesIsNotSent() {
    DistributedStorage a = nodes().open();
    a.runTransaction(tx -> tx.write("key", "value"));
    ForeignWriter observer = nodes().foreigner();
    long revision = observer.revision();
    a.runTransaction(tx -> tx.read("key"));
    try (ExplicitTransaction tx = a.begin(TransactionOptions.defaults())) {
      assertEquals(tx.revision(), tx.commit().revision());
    }
    assertEquals(revision, observer.revision());
  }
}
