package io.petacore.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.StorageStatus;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.TransactionConflictException;
import io.petacore.testing.Await;
import io.petacore.testing.Crew;
import io.petacore.testing.ForeignWriter;
import io.petacore.testing.Nodes;
import io.petacore.testing.SteeredStore;
import io.petacore.transaction.ReadView;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A node that was disconnected, or whose history was compacted, recovers completely. */
public interface ResyncContract {

  /** The nodes of this test. */
  Nodes nodes();

  private static List<Entry> entries(ReadView view) {
    List<Entry> entries = new ArrayList<>();
    view.scan(KeyRange.all()).forEach(entries::add);
    return entries;
  }

  private static List<Entry> entries(DistributedStorage node) {
    try (Snapshot snapshot = node.snapshot()) {
      return entries(snapshot);
    }
  }

  private static void fill(DistributedStorage node, int keys, String value) {
    for (int from = 0; from < keys; from += 50) {
      int first = from;
      node.runTransaction(
          tx -> {
            for (int i = first; i < first + 50; i++) {
              tx.write("key-%04d".formatted(i), value);
            }
          });
    }
  }

  private static void awaitLevel(DistributedStorage node, ForeignWriter observer) {
    Await.until("all is seen", () -> node.revision() >= observer.revision());
  }

  /**
   * The revision of the load is compacted away between two of its pages, with keys changed, deleted
   * and created before and behind the page that was read: the load begins again, and what it holds
   * is one state. Broken if pages of two revisions were put together.
   */
  @Test
  default void compactionDuringTheLoad() {
    DistributedStorage a = nodes().open();
    ForeignWriter observer = nodes().foreigner();
    fill(a, 1_000, "old");
    SteeredStore steered = nodes().steered();
    AtomicInteger firstPages = new AtomicInteger();
    AtomicInteger followingPages = new AtomicInteger();
    steered.beforeRange(
        request -> {
          if (request.limit() == 1) {
            return; // not a page of the load
          }
          if (request.revision() == 0) {
            firstPages.incrementAndGet();
          } else if (followingPages.incrementAndGet() == 1) {
            a.runTransaction(
                tx ->
                    tx.delete("key-0001")
                        .delete("key-0900")
                        .write("key-0002", "new")
                        .write("key-0901", "new")
                        .write("key-0000a", "new")
                        .write("key-0999a", "new"));
            nodes().backend().compact(observer.revision());
          }
        });
    DistributedStorage b = nodes().open(steered);
    assertTrue(followingPages.get() > 0, "the load has several pages");
    assertEquals(2, firstPages.get(), "it began again");
    awaitLevel(b, observer);
    assertEquals(entries(a), entries(b));
    assertNull(b.read("key-0001"));
    assertNull(b.read("key-0900"));
    assertEquals("new", b.read("key-0002"));
    assertEquals("new", b.read("key-0999a"));
  }

  /**
   * While a node is disconnected, keys are changed, deleted and created, and the history is
   * compacted. Reads continue meanwhile. After the resync deleted keys are absent, changed and new
   * ones present, and an older snapshot is intact. Broken if a resync only added keys.
   */
  @Test
  default void compactionWhileDisconnected() {
    DistributedStorage a = nodes().open();
    ForeignWriter observer = nodes().foreigner();
    fill(a, 500, "old");
    SteeredStore steered = nodes().steered();
    DistributedStorage b = nodes().open(steered);
    List<Entry> before = entries(b);
    try (Snapshot old = b.snapshot()) {
      steered.cut();
      Await.until("it knows", () -> b.status().state() == StorageStatus.State.DISCONNECTED);
      a.runTransaction(
          tx -> {
            for (int i = 0; i < 20; i++) {
              tx.delete("key-%04d".formatted(i * 25));
            }
          });
      a.runTransaction(tx -> tx.delete("key-0001"));
      a.runTransaction(tx -> tx.write("key-0001", "old").write("key-0002", "new"));
      a.runTransaction(tx -> tx.write("created", "new"));
      a.runTransaction(tx -> tx.write("fleeting", "new"));
      a.runTransaction(tx -> tx.delete("fleeting"));
      nodes().backend().compact(observer.revision());
      assertEquals(before, entries(b), "reads continue at the old state");

      steered.mend();
      awaitLevel(b, observer);
      assertEquals(StorageStatus.State.SYNCED, awaitSynced(b).state());
      assertEquals(entries(a), entries(b));
      assertEquals(before, entries(old), "the old snapshot is still whole");
      assertEquals(481, b.status().keys());
      assertEquals(1, b.status().counters().resyncs());
    }
    b.runTransaction(tx -> tx.write("key-0025", "created by b").write("key-0002", "b"));
    // The version of a key that has its old value again is as new as on the other node.
    b.runTransaction(once(), tx -> tx.write("key-0001", "b"));
    awaitLevel(a, observer);
    assertEquals("b", a.read("key-0001"));
    assertEquals("created by b", a.read("key-0025"));
    assertEquals("b", a.read("key-0002"));
  }

  private static TransactionOptions once() {
    return TransactionOptions.defaults().maxAttempts(1);
  }

  private static StorageStatus awaitSynced(DistributedStorage node) {
    Await.until("it is synced", node::isSynced);
    return node.status();
  }

  /**
   * A transaction that began before a resync conflicts with what happened while the node was
   * disconnected: a change, a deletion, a creation, and a key created and deleted. Broken if the
   * resync lost mod revisions, or ignored that keys may have come and gone.
   */
  @Test
  default void aSnapshotFromBeforeAResyncStillConflicts() {
    DistributedStorage a = nodes().open();
    ForeignWriter observer = nodes().foreigner();
    a.runTransaction(tx -> tx.write("changed", "1").write("deleted", "1").write("kept", "1"));
    SteeredStore steered = nodes().steered();
    DistributedStorage b = nodes().open(steered);
    TransactionOptions defaults = TransactionOptions.defaults();
    try (var changed = b.begin(defaults).write("changed", "b");
        var deleted = b.begin(defaults).write("deleted", "b");
        var created = b.begin(defaults).write("created", "b");
        var fleeting = b.begin(defaults).write("fleeting", "b");
        var kept = b.begin(defaults).write("kept", "b")) {
      steered.cut();
      a.runTransaction(tx -> tx.write("changed", "2").delete("deleted").write("created", "2"));
      a.runTransaction(tx -> tx.write("fleeting", "2"));
      a.runTransaction(tx -> tx.delete("fleeting"));
      nodes().backend().compact(observer.revision());
      steered.mend();
      awaitLevel(b, observer);
      for (var transaction : List.of(changed, deleted, created, fleeting)) {
        assertThrows(TransactionConflictException.class, transaction::commit);
      }
      kept.commit();
    }
    assertEquals("2", b.read("changed"));
    assertNull(b.read("deleted"));
    assertNull(b.read("fleeting"));
    assertEquals("b", b.read("kept"));
  }

  /**
   * The watch breaks again and again under load: nothing is lost, nothing is applied twice, and no
   * resync is needed. The counter would go back if an old revision were applied after a newer one;
   * the put count of the commit record would show a missing one.
   */
  @Test
  default void aWatchThatBreaksLosesNothing() {
    DistributedStorage a = nodes().open();
    ForeignWriter observer = nodes().foreigner();
    SteeredStore steered = nodes().steered();
    DistributedStorage b = nodes().open(steered);
    AtomicInteger written = new AtomicInteger();
    try (Crew crew = new Crew()) {
      crew.repeat(
          () -> {
            String value = "%08d".formatted(written.incrementAndGet());
            a.runTransaction(tx -> tx.write("counter", value).write("log-" + value, ""));
          });
      crew.repeat(new RisingReader(b));
      for (int i = 0; i < 6 && !crew.isStopped(); i++) {
        int mark = written.get();
        steered.cut();
        Await.until("traffic", () -> written.get() >= mark + 10 || crew.isStopped());
        steered.mend();
        Await.until(
            "b follows again", () -> (b.isSynced() && present(b) > mark) || crew.isStopped());
      }
    }
    awaitLevel(b, observer);
    assertEquals(entries(a), entries(b));
    assertEquals(written.get() + 1, b.status().keys());
    assertEquals(0, b.status().counters().resyncs());
    assertTrue(b.status().counters().watchesOpened() > 6);
  }

  private static int present(DistributedStorage node) {
    String value = node.read("counter");
    return value == null ? 0 : Integer.parseInt(value);
  }

  /** Fails if a read goes back, or shows part of a commit. */
  final class RisingReader implements Crew.Task {
    private final DistributedStorage node;
    private String last = "";

    /** Of a node. */
    public RisingReader(DistributedStorage node) {
      this.node = node;
    }

    @Override
    public void run() {
      String read =
          node.callTransaction(
              tx -> {
                String value = tx.read("counter");
                assertTrue(value == null || tx.exists("log-" + value));
                return value == null ? "" : value;
              });
      assertTrue(read.compareTo(last) >= 0, () -> last + " was read before " + read);
      last = read;
    }
  }

  /**
   * While the store is unreachable, commits fail within their timeout and report that nothing was
   * applied.
   */
  @Test
  default void commitsFailInTimeWhileTheStoreIsUnreachable() {
    SteeredStore steered = nodes().steered();
    DistributedStorage a = nodes().open(steered);
    a.runTransaction(tx -> tx.write("key", "1"));
    steered.cut();
    long start = System.nanoTime();
    assertThrows(
        StoreUnavailableException.class,
        () ->
            a.runTransaction(
                TransactionOptions.defaults().timeout(Duration.ofMillis(300)),
                tx -> tx.write("key", "2")));
    assertTrue(System.nanoTime() - start < Duration.ofSeconds(5).toNanos());
    assertEquals("1", a.read("key"));
    steered.mend();
    a.runTransaction(tx -> tx.write("key", "3"));
    assertEquals("3", a.read("key"));
  }
}
