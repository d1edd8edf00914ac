package io.petacore.contract;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.error.TransactionConflictException;
import io.petacore.testing.Await;
import io.petacore.testing.ForeignWriter;
import io.petacore.testing.Nodes;
import io.petacore.testing.SteeredStore;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * What a Serializable transaction has read is still so when it commits; below, what is required.
 */
public interface SerializableContract {

  /** The nodes of this test. */
  Nodes nodes();

  private static TransactionOptions at(IsolationLevel level) {
    return TransactionOptions.defaults().isolation(level);
  }

  /** Conflicts in the check, and in the store. */
  private void assertConflict(
      Consumer<Transaction> before, Consumer<Transaction> reads, Consumer<Transaction> between) {
    assertConflicts(true, before, reads, between);
  }

  private void assertNoConflict(
      Consumer<Transaction> before, Consumer<Transaction> reads, Consumer<Transaction> between) {
    assertConflicts(false, before, reads, between);
  }

  private void assertConflicts(
      boolean expected,
      Consumer<Transaction> before,
      Consumer<Transaction> reads,
      Consumer<Transaction> between) {
    DistributedStorage other = nodes().open();
    SteeredStore steered = nodes().steered();
    DistributedStorage node = nodes().open(steered);
    other.delete(KeyRange.all());
    other.runTransaction(before::accept);
    Await.until("all is seen", () -> node.revision() >= other.revision());
    TransactionOptions serializable = at(IsolationLevel.SERIALIZABLE);
    try (ExplicitTransaction tx = node.begin(serializable)) {
      reads.accept(tx);
      tx.write("mine", "1");
      other.runTransaction(between::accept);
      Await.until("all is seen", () -> node.revision() >= other.revision());
      assertOutcome(expected, tx);
    }
    other.delete(KeyRange.all());
    other.runTransaction(before::accept);
    Consumer<Transaction> body =
        tx -> {
          reads.accept(tx);
          tx.write("mine", "2");
        };
    BlindCommit.run(
        nodes(),
        node,
        steered,
        serializable,
        body,
        () -> other.runTransaction(between::accept),
        tx -> assertOutcome(expected, tx));
  }

  private static void assertOutcome(boolean conflict, ExplicitTransaction tx) {
    if (conflict) {
      assertThrows(TransactionConflictException.class, tx::commit);
    } else {
      assertDoesNotThrow(tx::commit);
    }
  }

  @Test
  default void aKeyReadIsNotRewrittenWithTheSameValue() {
    assertConflict(
        tx -> tx.write("key", "same"), tx -> tx.read("key"), tx -> tx.write("key", "same"));
  }

  @Test
  default void aKeyReadIsNotDeleted() {
    assertConflict(tx -> tx.write("key", "old"), tx -> tx.read("key"), tx -> tx.delete("key"));
  }

  @Test
  default void aKeyReadAsAbsentIsNotCreated() {
    assertConflict(
        tx -> tx.write("key", "old"), tx -> tx.exists("absent"), tx -> tx.write("absent", "now"));
  }

  @Test
  default void otherKeysMayChange() {
    assertNoConflict(
        tx -> tx.write("key", "old").write("other", "old"),
        tx -> tx.read("key"),
        tx -> tx.write("other", "new"));
  }

  /** Only the part that was iterated counts, up to the entry that was shown to exist. */
  @Test
  default void aRangeCountsAsFarAsItWasIterated() {
    Consumer<Transaction> before = tx -> tx.write("r1", "v").write("r3", "v").write("r5", "v");
    Consumer<Transaction> firstTwo =
        tx -> tx.scan(KeyRange.prefix("r"), 2).forEach(entry -> assertTrue(entry.value() != null));
    assertNoConflict(before, firstTwo, tx -> tx.write("r4", "beyond").write("r5", "beyond"));
    assertConflict(before, firstTwo, tx -> tx.write("r2", "within"));
  }

  @Test
  default void aDescendingScanCountsFromItsEnd() {
    Consumer<Transaction> before = tx -> tx.write("r1", "v").write("r3", "v").write("r5", "v");
    Consumer<Transaction> lastTwo =
        tx ->
            tx.scanDescending(KeyRange.prefix("r"), 2)
                .forEach(entry -> assertTrue(entry.value() != null));
    assertNoConflict(before, lastTwo, tx -> tx.write("r2", "beyond").write("r1", "beyond"));
    assertConflict(before, lastTwo, tx -> tx.write("r9", "above the last"));
  }

  @Test
  default void anEmptyRangeStaysEmpty() {
    Consumer<Transaction> counts = tx -> assertEquals(0, tx.count(KeyRange.prefix("queue/")));
    assertConflict(tx -> {}, counts, tx -> tx.write("queue/1", "phantom"));
    assertNoConflict(tx -> {}, counts, tx -> tx.write("queue0", "beside it"));
  }

  @Test
  default void anEntryOfARangeIsNotDeleted() {
    assertConflict(
        tx -> tx.write("r1", "v").write("r2", "v"),
        tx -> tx.count(KeyRange.prefix("r")),
        tx -> tx.delete("r1"));
  }

  /** Own writes are not reads: a body that reads back what it has written depends on nothing. */
  @Test
  default void ownWritesAreNotReads() {
    assertNoConflict(
        tx -> tx.write("key", "old"),
        tx -> assertEquals("1", tx.write("mine", "1").read("mine")),
        tx -> tx.write("key", "new"));
  }

  /** The whole key space of the application is a range like any other. */
  @Test
  default void theWholeKeySpaceCanBeRead() {
    Consumer<Transaction> all = tx -> tx.count(KeyRange.all());
    assertNoConflict(tx -> tx.write("key", "old"), all, tx -> tx.delete("absent"));
    assertConflict(tx -> tx.write("key", "old"), all, tx -> tx.write("new", "1"));
  }

  /** With more entries than are guarded one by one, any other commit is a reason to run again. */
  @Test
  default void aLargeRangeIsGuardedAsAWhole() {
    Consumer<Transaction> hundred =
        tx -> {
          for (int i = 0; i < 100; i++) {
            tx.write("r" + i, "v");
          }
        };
    Consumer<Transaction> counts = tx -> assertEquals(100, tx.count(KeyRange.prefix("r")));
    assertConflict(hundred, counts, tx -> tx.write("r100", "phantom"));

    DistributedStorage a = nodes().open();
    DistributedStorage b = nodes().open();
    int[] runs = {0};
    a.runTransaction(
        at(IsolationLevel.SERIALIZABLE),
        tx -> {
          assertTrue(tx.count(KeyRange.prefix("r")) >= 100);
          if (++runs[0] == 1) {
            b.runTransaction(other -> other.write("elsewhere", "1"));
          }
          tx.write("counted", "1");
        });
    assertEquals(1, runs[0], "what it has read has not changed: it is sent again, not run again");
  }

  /**
   * A transaction whose reads another node changes during every run holds the exclusive commit lock
   * from before its fourth run: others commit after it. If that run takes longer than the lock is
   * held, as on a slow disk, a later one has it again.
   */
  @Test
  default void aTransactionGuardedAsAWholeDoesNotStarve() {
    DistributedStorage a = nodes().open();
    DistributedStorage b = nodes().open();
    a.runTransaction(
        tx -> {
          for (int i = 0; i < 100; i++) {
            tx.write("r" + i, "v");
          }
        });
    ForeignWriter foreigner = nodes().foreigner();
    foreigner.put("elsewhere", "v"); // it is connected before the lock is held
    List<CompletableFuture<CommitResult>> others = new ArrayList<>();
    CommitResult result =
        a.runTransaction(
            at(IsolationLevel.SERIALIZABLE).timeout(Await.PATIENCE),
            tx -> {
              tx.count(KeyRange.prefix("r"));
              int run = others.size() + 1;
              CompletableFuture<CommitResult> other =
                  b.runTransactionAsync(theirs -> theirs.write("r1", "run " + run));
              others.add(other);
              if (run <= 3) {
                Await.until("b has committed", other::isDone);
              } else {
                letPass(foreigner, b);
              }
              tx.write("mine", "run " + run);
            });
    int runs = others.size();
    assertTrue(runs >= 4, "runs: " + runs);
    assertTrue(others.get(runs - 2).join().revision() < result.revision());
    assertTrue(others.get(runs - 1).join().revision() > result.revision(), "it had to wait");
    assertTrue(a.status().counters().exclusiveLocks() >= 1);
  }

  /** Lets a node do what it can do now: it sees what was written meanwhile, twice. */
  private static void letPass(ForeignWriter foreigner, DistributedStorage node) {
    for (int i = 0; i < 2; i++) {
      long written = foreigner.put("elsewhere", "v" + i);
      Await.until("it is seen", () -> node.revision() >= written);
    }
  }

  /** What a node has read at one state is right as of then, so nothing is sent. */
  @Test
  default void aReadOnlyTransactionSendsNothing() {
    DistributedStorage a = nodes().open();
    a.runTransaction(tx -> tx.write("key", "1"));
    long before = a.status().counters().batches();
    long revision = a.revision();
    a.callTransaction(
        at(IsolationLevel.SERIALIZABLE),
        tx -> {
          a.runTransaction(other -> other.write("key", "2"));
          return tx.read("key");
        });
    assertEquals(before + 1, a.status().counters().batches(), "the inner one");
    assertEquals(revision + 1, a.revision());
  }

  // ---- requireUnchanged

  /** At Read Committed what counts is the state at the first such call; without writes, too. */
  @Test
  default void readCommittedRequiresFromTheFirstCallOn() {
    DistributedStorage a = nodes().open();
    a.runTransaction(tx -> tx.write("key", "1"));
    try (ExplicitTransaction tx = a.begin(at(IsolationLevel.READ_COMMITTED))) {
      a.runTransaction(other -> other.write("key", "2"));
      tx.requireUnchanged("key").write("mine", "1").commit();
    }
    try (ExplicitTransaction tx = a.begin(at(IsolationLevel.READ_COMMITTED))) {
      tx.requireUnchanged("key");
      a.runTransaction(other -> other.write("key", "3"));
      assertEquals("3", tx.read("key"));
      assertEquals(
          Bytes.utf8("key"),
          assertThrows(TransactionConflictException.class, tx::commit).key(),
          "it writes nothing, and is checked");
    }
  }

  /** Asynchronously, too: a body that has written nothing runs again. */
  @Test
  default void anAsynchronousBodyWithoutWritesIsChecked() {
    DistributedStorage a = nodes().open();
    a.runTransaction(tx -> tx.write("key", "1"));
    int[] runs = {0};
    a.runTransactionAsync(
            at(IsolationLevel.READ_COMMITTED),
            tx -> {
              tx.requireUnchanged("key");
              if (++runs[0] <= 12) {
                a.runTransaction(other -> other.write("key", "run " + runs[0]));
              }
            })
        .join();
    assertEquals(13, runs[0]);
    assertEquals(0, a.status().counters().exclusiveLocks(), "it sends nothing");
  }

  /** A Read Committed write conflicts with none, beside a read that is required unchanged. */
  @Test
  default void readCommittedWritesAreStillTheLast() {
    DistributedStorage a = nodes().open();
    a.runTransaction(tx -> tx.write("key", "1").write("written", "0"));
    try (ExplicitTransaction tx = a.begin(at(IsolationLevel.READ_COMMITTED))) {
      tx.requireUnchanged("key").write("written", "mine");
      a.runTransaction(other -> other.write("written", "theirs"));
      tx.commit();
    }
    assertEquals("mine", a.read("written"));
  }

  /** A body whose required key has changed runs again on the new state. */
  @Test
  default void aBodyRunsAgainAfterAReadHasChanged() {
    DistributedStorage a = nodes().open();
    DistributedStorage b = nodes().open();
    a.runTransaction(tx -> tx.write("price", "10"));
    int[] runs = {0};
    a.runTransaction(
        tx -> {
          String price = String.valueOf(tx.requireUnchanged("price").read("price"));
          if (++runs[0] == 1) {
            b.runTransaction(other -> other.write("price", "20"));
          }
          tx.write("order", price);
        });
    assertEquals(2, runs[0]);
    assertEquals("20", a.read("order"));
  }
}
