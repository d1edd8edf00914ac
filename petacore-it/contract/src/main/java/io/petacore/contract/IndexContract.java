package io.petacore.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.TransactionConflictException;
import io.petacore.error.UniqueViolationException;
import io.petacore.store.KvStore;
import io.petacore.testing.Await;
import io.petacore.testing.ForeignWriter;
import io.petacore.testing.Nodes;
import io.petacore.testing.SteeredStore;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.TransactionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Secondary indexes follow the store through loads and resyncs; unique ones hold among nodes. */
public interface IndexContract {

  /** The nodes of this test. */
  Nodes nodes();

  private DistributedStorage indexed(KvStore store) {
    return nodes()
        .open(
            store,
            builder ->
                builder
                    .index("byValue", KeyRange.prefix("key"), entry -> List.of(entry.value()))
                    .uniqueIndex("only", KeyRange.prefix("one"), entry -> List.of(entry.value())));
  }

  private static List<Entry> list(Iterable<Entry> entries) {
    List<Entry> list = new ArrayList<>();
    entries.forEach(list::add);
    return list;
  }

  /** The index of a snapshot is its function of the snapshot's entries. */
  private static void check(DistributedStorage node) {
    try (Snapshot snapshot = node.snapshot()) {
      TreeMap<Bytes, List<Entry>> byValue = new TreeMap<>();
      for (Entry entry : snapshot.scan(KeyRange.prefix("key"))) {
        byValue.computeIfAbsent(entry.value(), none -> new ArrayList<>()).add(entry);
      }
      List<Entry> expected = new ArrayList<>();
      byValue.values().forEach(expected::addAll);
      assertEquals(expected, list(snapshot.index("byValue").scan(KeyRange.prefix(""))));
      byValue.forEach(
          (value, entries) -> assertEquals(entries, list(snapshot.index("byValue").lookup(value))));
    }
  }

  private static void fill(DistributedStorage node, int from, int to, String value) {
    node.runTransaction(
        tx -> {
          for (int i = from; i < to; i++) {
            tx.write("key-%03d".formatted(i), value + i % 7);
          }
        });
  }

  /** Loads, changes by PetaCore and by foreign programs, a resync, and a second load. */
  @Test
  default void anIndexFollowsTheStore() {
    DistributedStorage writer = nodes().open();
    fill(writer, 0, 50, "old");
    SteeredStore steered = nodes().steered();
    DistributedStorage node = indexed(steered);
    check(node);
    ForeignWriter foreign = nodes().foreigner();
    foreign.put("key-001", "foreign");
    foreign.delete("key-002");
    fill(writer, 20, 30, "new");
    Await.until("all is seen", () -> node.revision() >= foreign.revision());
    check(node);

    steered.cut();
    fill(writer, 10, 40, "later");
    writer.runTransaction(tx -> tx.delete("key-003").write("key-100", "old1"));
    foreign.delete("key-004");
    nodes().backend().compact(foreign.revision());
    steered.mend();
    Await.until("resynced", () -> node.revision() >= foreign.revision());
    assertTrue(node.status().counters().resyncs() > 0);
    check(node);
    assertEquals(3, node.index("byValue").count(KeyRange.single("old1")));
    check(indexed(nodes().connect()));
  }

  /**
   * Two nodes give one index key to two entries at once, again and again: one of them is refused.
   */
  @Test
  default void aUniqueIndexKeyHasOneHolderAmongNodes() {
    DistributedStorage[] two = {indexed(nodes().connect()), indexed(nodes().connect())};
    AtomicInteger committed = new AtomicInteger();
    for (int i = 0; i < 20; i++) {
      String value = "value" + i / 2;
      IsolationLevel level = i % 4 < 2 ? IsolationLevel.SNAPSHOT : IsolationLevel.READ_COMMITTED;
      TransactionOptions options = TransactionOptions.defaults().isolation(level);
      List<CompletableFuture<Void>> both = new ArrayList<>();
      for (int j = 0; j < 2; j++) {
        ExplicitTransaction tx = two[j].begin(options);
        tx.write("one-" + j, value);
        both.add(
            CompletableFuture.runAsync(
                () -> {
                  try (tx) {
                    tx.commit();
                    committed.incrementAndGet();
                  } catch (UniqueViolationException | TransactionConflictException refused) {
                    // as it has to be for one of them
                  }
                },
                commit -> new Thread(commit).start()));
      }
      both.forEach(CompletableFuture::join);
      try (Snapshot snapshot = two[i % 2].snapshot()) {
        assertEquals(1, snapshot.index("only").count(KeyRange.single(value)));
      }
    }
    assertTrue(committed.get() >= 10, committed::toString);
    for (DistributedStorage node : two) {
      assertEquals(0, node.status().counters().uniqueViolations());
    }
    UniqueViolationException refused =
        assertThrows(
            UniqueViolationException.class,
            () -> two[0].runTransaction(tx -> tx.write("one-2", "value9")));
    assertTrue(String.valueOf(refused.getMessage()).contains("'one-2'"), refused::getMessage);
  }
}
