package io.petacore.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.error.TransactionConflictException;
import io.petacore.testing.Await;
import io.petacore.testing.Crew;
import io.petacore.testing.ForeignWriter;
import io.petacore.testing.Nodes;
import io.petacore.testing.SteeredStore;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionOptions;
import io.petacore.transaction.TransactionTask;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What the isolation levels forbid, and what they allow. */
public interface IsolationContract {

  /** The nodes of this test. */
  Nodes nodes();

  private static TransactionOptions snapshot() {
    return TransactionOptions.defaults().isolation(IsolationLevel.SNAPSHOT);
  }

  private static TransactionOptions readCommitted() {
    return TransactionOptions.defaults().isolation(IsolationLevel.READ_COMMITTED);
  }

  private static int number(Transaction tx, String key) {
    String value = tx.read(key);
    return value == null ? 0 : Integer.parseInt(value);
  }

  /**
   * No increment is lost at Snapshot, by 16 threads on two nodes, and each committed run read the
   * value that it replaced. Broken if a guard were missing, or compared with a later revision than
   * the one read.
   */
  @Test
  default void noIncrementIsLost() {
    DistributedStorage a = nodes().open();
    DistributedStorage b = nodes().open();
    AtomicInteger committed = new AtomicInteger();
    try (Crew crew = new Crew()) {
      for (int thread = 0; thread < 16; thread++) {
        DistributedStorage node = thread % 2 == 0 ? a : b;
        crew.start(
            () -> {
              for (int i = 0; i < 15; i++) {
                node.runTransaction(
                    snapshot().maxAttempts(10_000).timeout(Await.PATIENCE),
                    tx -> tx.write("counter", Integer.toString(number(tx, "counter") + 1)));
                committed.incrementAndGet();
              }
            });
      }
      crew.join();
    }
    assertEquals(240, committed.get());
    for (DistributedStorage node : List.of(a, b)) {
      Await.until("all increments are there", () -> "240".equals(node.read("counter")));
    }
  }

  /**
   * Transactions that write one hot key commit in order of arrival, blocking or not, within a few
   * attempts each. Broken if a body ran again at once or after a random backoff: it would conflict
   * with later ones many times.
   */
  @Test
  default void aHotKeyIsServedInOrder() {
    DistributedStorage a = nodes().open();
    TransactionOptions few = snapshot().maxAttempts(16).timeout(Await.PATIENCE);
    TransactionTask increment = tx -> tx.write("hot", Integer.toString(number(tx, "hot") + 1));
    try (Crew crew = new Crew()) {
      for (int thread = 0; thread < 32; thread++) {
        crew.start(
            () -> {
              for (int i = 0; i < 20; i++) {
                a.runTransaction(few, increment);
              }
            });
      }
      crew.join();
    }
    List<CompletableFuture<CommitResult>> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      all.add(a.runTransactionAsync(few, increment));
    }
    all.forEach(CompletableFuture::join);
    assertEquals("840", a.read("hot"));
  }

  /**
   * Of two transactions that write one key from one state, the first commits; the other's exception
   * names the key.
   */
  @Test
  default void theFirstCommitterWins() {
    DistributedStorage a = nodes().open();
    a.runTransaction(tx -> tx.write("key", "0").write("other", "0"));
    try (ExplicitTransaction first = a.begin(snapshot());
        ExplicitTransaction second = a.begin(snapshot())) {
      second.write("other", "second").write("key", "second");
      first.write("key", "first").commit();
      TransactionConflictException conflict =
          assertThrows(TransactionConflictException.class, second::commit);
      assertEquals(Bytes.utf8("key"), conflict.key());
      assertTrue(String.valueOf(conflict.getMessage()).contains("key"), conflict.getMessage());
    }
    assertEquals("first", a.read("key"));
    assertEquals("0", a.read("other"), "nothing of the loser was applied");
  }

  /** After a conflict a body runs again, on a state that holds the other commit. */
  @Test
  default void aBodyRunsAgainOnAFreshSnapshot() {
    DistributedStorage a = nodes().open();
    AtomicInteger runs = new AtomicInteger();
    String seen =
        a.callTransaction(
            tx -> {
              String value = String.valueOf(tx.read("key"));
              if (runs.incrementAndGet() == 1) {
                a.runTransaction(other -> other.write("key", "theirs"));
              }
              tx.write("key", "mine");
              return value;
            });
    assertEquals("theirs", seen, "the result is that of the run that was committed");
    assertEquals(2, runs.get());
    assertEquals("mine", a.read("key"));
    assertEquals(1, a.status().counters().retries());

    AtomicInteger attempts = new AtomicInteger();
    assertThrows(
        TransactionConflictException.class,
        () ->
            a.runTransaction(
                TransactionOptions.defaults().maxAttempts(3),
                tx -> {
                  a.runTransaction(other -> other.write("key", "x" + attempts.get()));
                  attempts.incrementAndGet();
                  tx.write("key", "never");
                }));
    assertEquals(3, attempts.get());
  }

  /**
   * Write skew is possible under Snapshot: each transaction reads the other's key, writes its own,
   * and both commit. A test, so that the level is not taken for more than it is.
   */
  @Test
  default void writeSkewIsPossibleUnderSnapshot() {
    DistributedStorage a = nodes().open();
    DistributedStorage b = nodes().open();
    a.runTransaction(tx -> tx.write("on-call/ann", "yes").write("on-call/bob", "yes"));
    Await.until("b has both", () -> b.read("on-call/bob") != null);
    try (ExplicitTransaction ann = a.begin(snapshot());
        ExplicitTransaction bob = b.begin(snapshot())) {
      assertEquals("yes", ann.read("on-call/bob"));
      assertEquals("yes", bob.read("on-call/ann"));
      ann.write("on-call/ann", "no").commit();
      bob.write("on-call/bob", "no").commit();
    }
    assertEquals("no", b.read("on-call/bob"));
    Await.until("b sees ann's", () -> "no".equals(b.read("on-call/ann")));
  }

  /** A lost update is possible under Read Committed: the last writer wins, unchecked. */
  @Test
  default void updatesMayBeLostUnderReadCommitted() {
    DistributedStorage a = nodes().open();
    a.runTransaction(tx -> tx.write("counter", "5"));
    try (ExplicitTransaction first = a.begin(readCommitted());
        ExplicitTransaction second = a.begin(readCommitted())) {
      first.write("counter", Integer.toString(number(first, "counter") + 1));
      second.write("counter", Integer.toString(number(second, "counter") + 1));
      first.commit();
      second.commit();
    }
    assertEquals("6", a.read("counter"), "two increments, and one of them lost");
  }

  /**
   * Under Read Committed each read sees the newest state; a scan keeps the state at which its
   * iterator was made.
   */
  @Test
  default void readCommittedReadsWhatIsNewest() {
    DistributedStorage a = nodes().open();
    a.runTransaction(tx -> tx.write("a", "1").write("b", "1"));
    try (ExplicitTransaction tx = a.begin(readCommitted());
        ExplicitTransaction pinned = a.begin(snapshot())) {
      assertEquals("1", tx.read("a"));
      a.runTransaction(other -> other.write("a", "2").write("b", "2"));
      assertEquals("2", tx.read("a"));
      assertEquals("1", pinned.read("a"));
      var entries = tx.scan(KeyRange.all()).iterator();
      assertEquals("2", entries.next().value().toUtf8());
      a.runTransaction(other -> other.write("b", "3"));
      assertEquals("2", entries.next().value().toUtf8());
      assertEquals("3", tx.read("b"));
    }
  }

  /**
   * A key that is absent in the snapshot, created by another and deleted again before the commit,
   * is a conflict, though it is absent again at the commit. Broken if the guard were only that the
   * key is absent: the snapshot would have missed two commits (G-single).
   */
  @Test
  default void createdAndDeletedAgainIsAConflict() {
    requireConflict(
        before -> {},
        between -> {
          between.runTransaction(tx -> tx.write("key", "theirs"));
          between.runTransaction(tx -> tx.delete("key"));
        },
        mine -> mine.write("key", "mine"));
  }

  /**
   * The same for a key that was deleted before, so that its delete fence exists. Broken if the
   * fence were guarded by its value, which never changes.
   */
  @Test
  default void createdAndDeletedOnceMoreIsAConflict() {
    requireConflict(
        before -> {
          before.runTransaction(tx -> tx.write("key", "first"));
          before.runTransaction(tx -> tx.delete("key"));
        },
        between -> {
          between.runTransaction(tx -> tx.write("key", "theirs"));
          between.runTransaction(tx -> tx.delete("key"));
        },
        mine -> mine.write("key", "mine"));
  }

  /** The same if the key was deleted under Read Committed. */
  @Test
  default void createdAndDeletedUncheckedIsAConflict() {
    requireConflict(
        before -> {},
        between -> {
          between.runTransaction(readCommitted(), tx -> tx.write("key", "theirs"));
          between.runTransaction(readCommitted(), tx -> tx.delete("key"));
        },
        mine -> mine.write("key", "mine"));
  }

  /** The same for a delete of the absent key: a guard without an operation. */
  @Test
  default void createdAndDeletedAgainIsAConflictForADelete() {
    requireConflict(
        before -> {},
        between -> {
          between.runTransaction(tx -> tx.write("key", "theirs"));
          between.runTransaction(tx -> tx.delete("key"));
        },
        mine -> mine.delete("key").write("other", "mine"));
  }

  /**
   * A key deleted and written again with its old value has changed: a guard by value would miss it.
   */
  @Test
  default void deletedAndWrittenAgainIsAConflict() {
    requireConflict(
        before -> before.runTransaction(tx -> tx.write("key", "same")),
        between -> {
          between.runTransaction(tx -> tx.delete("key"));
          between.runTransaction(tx -> tx.write("key", "same"));
        },
        mine -> mine.write("key", "mine"));
  }

  /** A deletion by another commit: a guard "not written since" would miss it. */
  @Test
  default void deletedIsAConflict() {
    requireConflict(
        before -> before.runTransaction(tx -> tx.write("key", "old")),
        between -> between.runTransaction(tx -> tx.delete("key")),
        mine -> mine.write("key", "mine"));
  }

  /** A key created by another commit is a conflict for a transaction that read it as absent. */
  @Test
  default void createdIsAConflict() {
    requireConflict(
        before -> {},
        between -> between.runTransaction(tx -> tx.write("key", "theirs")),
        mine -> mine.write("key", "mine"));
  }

  /**
   * The committing node does not receive what happens between snapshot and commit, so the store's
   * guards have to find the conflict.
   */
  private void requireConflict(
      Consumer<DistributedStorage> before,
      Consumer<DistributedStorage> between,
      Consumer<Transaction> mine) {
    SteeredStore steered = nodes().steered();
    DistributedStorage blind = nodes().open(steered);
    DistributedStorage other = nodes().open();
    ForeignWriter observer = nodes().foreigner();
    before.accept(other);
    Await.until("all is seen", () -> blind.revision() >= observer.revision());
    try (ExplicitTransaction tx = blind.begin(snapshot());
        Crew crew = new Crew()) {
      tx.read("key");
      mine.accept(tx);
      steered.holdEvents();
      between.accept(other);
      long judged = observer.revision() + 1;
      // The commit may wait for the events that show the conflict.
      crew.start(() -> assertThrows(TransactionConflictException.class, tx::commit));
      // A commit that fails writes its record all the same.
      Await.until(
          "the store has judged it", () -> observer.revision() >= judged || crew.isStopped());
      steered.releaseEvents();
      crew.join();
    }
    Await.until("all is seen", () -> blind.revision() >= observer.revision());
    Await.until("all is seen", () -> other.revision() >= observer.revision());
    assertEquals(other.read("key"), blind.read("key"));
    assertNotEquals("mine", blind.read("key"));
    assertNull(blind.read("other"));
  }
}
