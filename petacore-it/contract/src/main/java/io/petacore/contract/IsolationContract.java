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

/** What the levels forbid, and what they allow. */
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
   * Of concurrent Snapshot increments none is lost, by 16 threads on two nodes, and a body that
   * committed ran on the value that it replaced. Broken if a guard were left out, or compared with
   * a later revision than the one that was read.
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
   * On a key that all want, each gets through in its turn, blocking or not: a few attempts are
   * enough for whoever. Broken if a body ran again at once, or after a random pause: then it
   * collides with whoever came later, many times over.
   */
  @Test
  default void aHotKeyIsServedInTurn() {
    DistributedStorage a = nodes().open();
    TransactionOptions few = snapshot().maxAttempts(16).timeout(Await.PATIENCE);
    TransactionTask<RuntimeException> increment =
        tx -> tx.write("hot", Integer.toString(number(tx, "hot") + 1));
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
   * Of two that write one key from one state, the first wins; the other's exception names the key.
   */
  @Test
  default void theFirstCommitterWins() {
    DistributedStorage a = nodes().open();
    a.runTransaction(tx -> tx.write("key", "0").write("other", "0"));
    try (Transaction first = a.begin(snapshot());
        Transaction second = a.begin(snapshot())) {
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

  /** A body runs again on a conflict, on a state that holds what it collided with. */
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
   * Write skew stays possible under Snapshot: each takes the other's key for untouched, writes its
   * own, and both commit. Shown so that nobody takes the level for more than it is.
   */
  @Test
  default void writeSkewIsPossibleUnderSnapshot() {
    DistributedStorage a = nodes().open();
    DistributedStorage b = nodes().open();
    a.runTransaction(tx -> tx.write("on-call/ann", "yes").write("on-call/bob", "yes"));
    Await.until("b has both", () -> b.read("on-call/bob") != null);
    try (Transaction ann = a.begin(snapshot());
        Transaction bob = b.begin(snapshot())) {
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
    try (Transaction first = a.begin(readCommitted());
        Transaction second = a.begin(readCommitted())) {
      first.write("counter", Integer.toString(number(first, "counter") + 1));
      second.write("counter", Integer.toString(number(second, "counter") + 1));
      first.commit();
      second.commit();
    }
    assertEquals("6", a.read("counter"), "two increments, and one of them lost");
  }

  /**
   * Under Read Committed each read sees the newest state; a scan that has begun stays at its own.
   */
  @Test
  default void readCommittedReadsWhatIsNewest() {
    DistributedStorage a = nodes().open();
    a.runTransaction(tx -> tx.write("a", "1").write("b", "1"));
    try (Transaction tx = a.begin(readCommitted());
        Transaction pinned = a.begin(snapshot())) {
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
   * is a conflict, though at the commit it is as absent as before. Broken if the guard were only
   * that the key be absent: the snapshot would have missed two commits in its middle (G-single).
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
   * The same where a key of that name was deleted before, so that its delete fence is there
   * already. Broken if the fence were guarded by what it holds: that is always the same.
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

  /** The same where the deletion was made at the level that checks nothing. */
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

  /** The same for a delete of the absent key, which is a guard without an operation. */
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
   * Deleted and written again with its old value is a change: a guard by value would not see it.
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

  /** Deleted by another: a guard of the kind "not written after what I read" would not see it. */
  @Test
  default void deletedIsAConflict() {
    requireConflict(
        before -> before.runTransaction(tx -> tx.write("key", "old")),
        between -> between.runTransaction(tx -> tx.delete("key")),
        mine -> mine.write("key", "mine"));
  }

  /** Created by another is a conflict for who takes it for absent. */
  @Test
  default void createdIsAConflict() {
    requireConflict(
        before -> {},
        between -> between.runTransaction(tx -> tx.write("key", "theirs")),
        mine -> mine.write("key", "mine"));
  }

  /**
   * What happens between snapshot and commit is kept from the node that commits, so that it is the
   * store's guards that must notice.
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
    Await.until("all is seen", () -> blind.appliedRevision() >= observer.revision());
    try (Transaction tx = blind.begin(snapshot());
        Crew crew = new Crew()) {
      tx.read("key");
      mine.accept(tx);
      steered.holdEvents();
      between.accept(other);
      long judged = observer.revision() + 1;
      // The commit may wait for the events that show what it collided with.
      crew.start(() -> assertThrows(TransactionConflictException.class, tx::commit));
      // A commit that fails writes its record all the same.
      Await.until(
          "the store has judged it", () -> observer.revision() >= judged || crew.isStopped());
      steered.releaseEvents();
      crew.join();
    }
    Await.until("all is seen", () -> blind.appliedRevision() >= observer.revision());
    Await.until("all is seen", () -> other.appliedRevision() >= observer.revision());
    assertEquals(other.read("key"), blind.read("key"));
    assertNotEquals("mine", blind.read("key"));
    assertNull(blind.read("other"));
  }
}
