package io.petacore.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.StorageStatus;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.TransactionTooOldException;
import io.petacore.testing.Await;
import io.petacore.testing.Crew;
import io.petacore.testing.Nodes;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.ReadView;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Which commits are visible where, and that each is visible as a whole. */
public interface VisibilityContract {

  /** The nodes of this test. */
  Nodes nodes();

  /**
   * A commit is visible on its own node when it returns, and on every other node once the revision
   * is applied there. Broken if a commit returned before the watch had delivered it.
   */
  @Test
  default void nodesSeeEachOthersCommits() {
    DistributedStorage a = nodes().open();
    DistributedStorage b = nodes().open();
    for (int i = 0; i < 20; i++) {
      DistributedStorage writer = i % 2 == 0 ? a : b;
      DistributedStorage reader = i % 2 == 0 ? b : a;
      String key = "key-" + i;
      CommitResult result;
      try (ExplicitTransaction tx = writer.begin(TransactionOptions.defaults())) {
        result = tx.write(key, "value").write("last", key).commit();
      }
      assertEquals("value", writer.read(key));
      assertTrue(writer.revision() >= result.revision());
      Await.until("the other node applies it", () -> reader.revision() >= result.revision());
      assertEquals("value", reader.read(key));
      assertEquals(key, reader.read("last"));
    }
  }

  /** A node opened later holds everything: more than one page of the initial load. */
  @Test
  default void aNodeOpenedLaterHoldsEverything() {
    DistributedStorage a = nodes().open();
    fill(a, 1_000);
    a.runTransaction(tx -> tx.delete("key-0500"));
    DistributedStorage b = nodes().open();
    assertEquals(999, b.status().keys());
    assertEquals("value", b.read("key-0000"));
    assertEquals("value", b.read("key-0999"));
    assertNull(b.read("key-0500"));
    assertEquals(scan(a), scan(b));
  }

  private static void fill(DistributedStorage storage, int keys) {
    for (int from = 0; from < keys; from += 50) {
      int first = from;
      storage.runTransaction(
          tx -> {
            for (int i = first; i < first + 50; i++) {
              tx.write("key-%04d".formatted(i), "value");
            }
          });
    }
  }

  private static List<Entry> scan(DistributedStorage storage) {
    List<Entry> entries = new ArrayList<>();
    storage.runTransaction(tx -> tx.scan(KeyRange.all()).forEach(entries::add));
    return entries;
  }

  /**
   * Every transaction writes one value to all of eight keys, and deletes or creates a ninth with
   * it; so all are equal in every Snapshot transaction, and in every single scan under Read
   * Committed. Broken if a revision were published before all of its keys were linked, or a scan
   * moved to a newer state.
   */
  @Test
  default void aTransactionIsNeverSeenInPart() {
    DistributedStorage a = nodes().open();
    DistributedStorage b = nodes().open();
    a.runTransaction(tx -> writeGroup(tx, 0));
    Await.until("both have the first", () -> b.read("group/0") != null);
    AtomicInteger reads = new AtomicInteger();
    AtomicInteger next = new AtomicInteger();
    TransactionOptions readCommitted =
        TransactionOptions.defaults().isolation(IsolationLevel.READ_COMMITTED);
    try (Crew readers = new Crew()) {
      for (DistributedStorage node : List.of(a, b)) {
        readers.repeat(
            () -> {
              node.runTransaction(VisibilityContract::requireWholeByReads);
              node.runTransaction(VisibilityContract::requireWholeByScan);
              reads.incrementAndGet();
            });
        readers.repeat(
            () -> {
              node.runTransaction(readCommitted, VisibilityContract::requireWholeByScan);
              reads.incrementAndGet();
            });
      }
      try (Crew writers = new Crew()) {
        for (DistributedStorage node : List.of(a, b)) {
          writers.start(
              () -> {
                for (int i = 0; i < 300 && !readers.isStopped(); i++) {
                  node.runTransaction(tx -> writeGroup(tx, next.incrementAndGet()));
                }
              });
        }
        writers.join();
      }
      Await.until("there were readers", () -> reads.get() > 100 || readers.isStopped());
    }
  }

  private static void writeGroup(Transaction tx, int value) {
    for (int i = 0; i < 8; i++) {
      tx.write("group/" + i, Integer.toString(value));
    }
    if (value % 2 == 0) {
      tx.write("group/even", Integer.toString(value));
    } else {
      tx.delete("group/even");
    }
  }

  private static void requireWholeByReads(Transaction tx) {
    String first = String.valueOf(tx.read("group/0"));
    for (int i = 7; i > 0; i--) {
      assertEquals(first, tx.read("group/" + i), "at revision " + tx.revision());
    }
    String even = Integer.parseInt(first) % 2 == 0 ? first : null;
    assertEquals(even, tx.read("group/even"), "at revision " + tx.revision());
  }

  private static void requireWholeByScan(Transaction tx) {
    List<String> values = new ArrayList<>();
    for (Entry entry : tx.scan(KeyRange.prefix("group/"))) {
      values.add(entry.value().toUtf8());
    }
    assertEquals(1, values.stream().distinct().count(), values.toString());
    int expected = Integer.parseInt(values.get(0)) % 2 == 0 ? 9 : 8;
    assertEquals(expected, values.size(), values.toString());
  }

  /**
   * A Snapshot handle and a Snapshot transaction show the same at every read, while others write,
   * delete and create. Broken if a read took the newest version, or did not find a key that was
   * deleted later.
   */
  @Test
  default void aSnapshotNeverChanges() {
    DistributedStorage a = nodes().open();
    DistributedStorage b = nodes().open();
    fill(a, 100);
    Await.until("both have all", () -> b.status().keys() == 100);
    AtomicInteger changes = new AtomicInteger();
    try (Snapshot snapshot = b.snapshot();
        ExplicitTransaction transaction = b.begin(TransactionOptions.defaults());
        Crew writers = new Crew()) {
      List<Entry> before = entries(snapshot);
      assertEquals(100, before.size());
      for (DistributedStorage node : List.of(a, b)) {
        writers.repeat(
            () -> {
              int i = changes.incrementAndGet();
              node.runTransaction(
                  tx ->
                      tx.write("key-%04d".formatted(i % 100), "changed-" + i)
                          .delete("key-%04d".formatted((i + 50) % 100))
                          .write("new-" + i, "created"));
            });
      }
      while (changes.get() < 400 && !writers.isStopped()) {
        assertEquals(before, entries(snapshot));
        assertEquals(before, entries(transaction));
        assertEquals("value", snapshot.read("key-0042"));
        assertEquals("value", transaction.read("key-0042"));
        assertNull(snapshot.read("new-1"));
      }
    }
    assertTrue(changes.get() >= 400);
  }

  /**
   * A Snapshot handle keeps its state, however short the history retention is. Broken if a version
   * were freed that an open handle needs.
   */
  @Test
  default void aSnapshotOutlivesTheHistory() {
    DistributedStorage a = nodes().open();
    DistributedStorage b =
        nodes().open(nodes().connect(), node -> node.historyRetention(Duration.ofMillis(1)));
    a.runTransaction(tx -> tx.write("changed", "1").write("deleted", "1"));
    Await.until("b has both", () -> b.read("deleted") != null);
    try (ExplicitTransaction unpinned = b.begin(TransactionOptions.defaults())) {
      try (Snapshot snapshot = b.snapshot()) {
        List<Entry> before = entries(snapshot);
        a.runTransaction(tx -> tx.write("changed", "2").delete("deleted").write("created", "2"));
        Await.until("b has seen it", () -> b.read("created") != null);
        a.runTransaction(tx -> tx.write("changed", "3"));
        Await.until("b has seen it", () -> "3".equals(b.read("changed")));
        assertEquals(before, entries(snapshot));
        assertEquals("1", snapshot.read("changed"));
        assertEquals("1", snapshot.read("deleted"));
      }
      Await.until("the history is freed", () -> isTooOld(unpinned));
    }
  }

  /** Broken if lost handles were not looked for, or the memory usage not reported. */
  @Test
  default void aLostSnapshotHandleKeepsNoHistory() {
    DistributedStorage a =
        nodes().open(nodes().connect(), node -> node.historyRetention(Duration.ofMillis(1)));
    a.runTransaction(tx -> tx.write("changed", "x".repeat(1_000)));
    List<Snapshot> handles = new ArrayList<>(List.of(a.snapshot()));
    a.runTransaction(tx -> tx.write("changed", "2"));
    StorageStatus held = a.status();
    assertEquals(held.keys() + 1, held.versions());
    assertTrue(held.bytes() > 1_000);
    assertEquals("x".repeat(1_000), handles.get(0).read("changed"));
    handles.clear();
    Await.until(
        "the handle is found, and the history freed",
        () -> {
          System.gc();
          return a.status().versions() == a.status().keys();
        });
    assertTrue(a.status().bytes() < held.bytes() - 1_000);
  }

  private static boolean isTooOld(Transaction transaction) {
    try {
      transaction.read("changed");
      return false;
    } catch (TransactionTooOldException expected) {
      return true;
    }
  }

  private static List<Entry> entries(ReadView view) {
    List<Entry> entries = new ArrayList<>();
    view.scan(KeyRange.all()).forEach(entries::add);
    return entries;
  }
}
