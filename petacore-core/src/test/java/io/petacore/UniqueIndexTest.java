package io.petacore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.TransactionConflictException;
import io.petacore.error.UniqueViolationException;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.testing.Await;
import io.petacore.testing.Seeds;
import io.petacore.testing.SteeredStore;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.TransactionOptions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Unique indexes on two nodes of one store. */
class UniqueIndexTest {

  private static final TransactionOptions READ_COMMITTED =
      TransactionOptions.defaults().isolation(IsolationLevel.READ_COMMITTED);

  private final EmbeddedKvStore store = EmbeddedKvStore.inMemory();
  private final List<DistributedStorage> open = new ArrayList<>();

  /** The words of the value. */
  private static Collection<Bytes> words(Entry entry) {
    List<Bytes> words = new ArrayList<>();
    for (String word : entry.value().toUtf8().split(" ", -1)) {
      if (!word.isEmpty()) {
        words.add(Bytes.utf8(word));
      }
    }
    return words;
  }

  private DistributedStorage node() {
    return node(store);
  }

  private DistributedStorage node(KvStore connection) {
    DistributedStorage node =
        DistributedStorage.builder(connection)
            .uniqueIndex("byWord", KeyRange.prefix("k"), UniqueIndexTest::words)
            .open();
    open.add(node);
    return node;
  }

  @AfterEach
  void close() {
    open.forEach(DistributedStorage::close);
    store.close();
  }

  private static void write(DistributedStorage node, String key, String value) {
    node.runTransaction(tx -> tx.write(key, value));
  }

  @Test
  void aSecondHolderIsRefusedWithBothKeys() {
    DistributedStorage node = node();
    write(node, "k1", "a");
    UniqueViolationException refused =
        assertThrows(UniqueViolationException.class, () -> write(node, "k2", "b a"));
    assertEquals(Bytes.utf8("k2"), refused.key());
    assertEquals(Bytes.utf8("k1"), refused.holder());
    assertEquals("byWord", refused.index());
    assertFalse(refused.isRetryable());
    assertTrue(String.valueOf(refused.getMessage()).contains("'k1'"), refused::getMessage);
    CompletionException async =
        assertThrows(
            CompletionException.class,
            () -> node.runTransactionAsync(tx -> tx.write("k2", "a")).join());
    assertInstanceOf(UniqueViolationException.class, async.getCause());
    assertThrows(
        UniqueViolationException.class,
        () -> node.runTransaction(READ_COMMITTED, tx -> tx.write("k2", "a")));
    assertThrows(
        UniqueViolationException.class,
        () -> node.runTransaction(tx -> tx.write("k3", "c").write("k4", "c")));
    assertEquals(1, node.count(KeyRange.all()));
  }

  @Test
  void indexKeysMoveDisappearAndComeBack() {
    DistributedStorage node = node();
    write(node, "k1", "a");
    write(node, "k1", "a again");
    node.runTransaction(tx -> tx.write("k1", "b").write("k2", "a")); // given up and taken in one
    write(node, "k1", "c");
    write(node, "k3", "b");
    node.runTransaction(tx -> tx.delete("k2"));
    write(node, "k4", "a");
    node.runTransaction(tx -> tx.write("k4", "b").write("k3", "a")); // swapped
    node.runTransaction(tx -> tx.delete("k4").write("k4", "b"));
    assertEquals(3, node.delete(KeyRange.all()));
    write(node, "k5", "a b c again");
  }

  @Test
  void ofTwoConcurrentTransactionsOnTwoNodesOneFails() {
    for (TransactionOptions options : List.of(TransactionOptions.defaults(), READ_COMMITTED)) {
      DistributedStorage one = node();
      DistributedStorage other = node();
      try (ExplicitTransaction first = one.begin(options);
          ExplicitTransaction second = other.begin(options)) {
        first.write("k1", "a");
        second.write("k2", "a");
        first.commit();
        assertThrows(UniqueViolationException.class, second::commit);
      }
      one.delete(KeyRange.all());
    }
  }

  /** The second node checks in memory, where nothing of the first commit shows. */
  @Test
  void aSecondHolderIsRefusedWhereTheFirstIsNotSeenYet() {
    for (TransactionOptions options : List.of(TransactionOptions.defaults(), READ_COMMITTED)) {
      DistributedStorage one = node();
      SteeredStore steered = new SteeredStore(store);
      DistributedStorage other = node(steered);
      steered.holdEvents();
      write(one, "k1", "a");
      CompletableFuture<Void> second =
          CompletableFuture.runAsync(
              () -> other.runTransaction(options, tx -> tx.write("k2", "a")),
              commit -> new Thread(commit).start());
      Await.until("it is sent", () -> other.status().counters().batches() > 0);
      steered.releaseEvents();
      CompletionException failed = assertThrows(CompletionException.class, second::join);
      assertInstanceOf(UniqueViolationException.class, failed.getCause());
      one.delete(KeyRange.all());
    }
  }

  @Test
  void aHolderThatGaveUpSinceTheSnapshotIsAConflict() {
    DistributedStorage node = node();
    write(node, "k1", "a");
    try (ExplicitTransaction tx = node.begin()) {
      tx.write("k2", "a");
      node.runTransaction(other -> other.delete("k1"));
      assertThrows(TransactionConflictException.class, tx::commit);
    }
    write(node, "k2", "a");
  }

  @Test
  void entriesFromBeforeTheIndexCount() {
    try (DistributedStorage before = DistributedStorage.open(store)) {
      write(before, "k1", "a");
      write(before, "k2", "b");
      write(before, "k3", "b");
    }
    DistributedStorage node = node();
    assertEquals(1, node.status().counters().uniqueViolations());
    assertThrows(UniqueViolationException.class, () -> write(node, "k4", "a"));
    write(node, "k1", "a and more");
    assertThrows(UniqueViolationException.class, () -> write(node, "k2", "b too"));
    write(node, "k3", "c");
    write(node, "k2", "b too");
  }

  @Test
  void theClaimDecidesWhoMayGoOnAfterAForeignWrite() {
    DistributedStorage node = node();
    write(node, "k1", "a");
    try (DistributedStorage without = DistributedStorage.open(store)) {
      write(without, "k2", "a");
      assertEquals(2, without.count(KeyRange.all()));
    }
    node.runTransaction(tx -> tx.write("other", "")); // k2 is applied now
    assertEquals(1, node.status().counters().uniqueViolations());
    assertEquals(2, node.index("byWord").count(KeyRange.single("a")));
    write(node, "k1", "a still");
    assertThrows(UniqueViolationException.class, () -> write(node, "k2", "a too"));
    write(node, "k2", "too");
  }

  /** Random transactions of two nodes, which overlap: no commit gives an index key two holders. */
  @Test
  void noIndexKeyEverHasTwoHolders() {
    DistributedStorage[] nodes = {node(), node()};
    Seeds.fresh(300).forEach(seed -> overlap(nodes, new Random(seed), seed));
    for (DistributedStorage node : nodes) {
      assertEquals(0, node.status().counters().uniqueViolations());
    }
  }

  private static void overlap(DistributedStorage[] nodes, Random random, long seed) {
    List<ExplicitTransaction> begun = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      ExplicitTransaction tx =
          nodes[random.nextInt(2)].begin(
              random.nextInt(4) == 0 ? READ_COMMITTED : TransactionOptions.defaults());
      for (int j = 1 + random.nextInt(3); j > 0; j--) {
        Bytes key = Bytes.utf8("k" + random.nextInt(5));
        if (random.nextInt(3) == 0) {
          tx.delete(key);
        } else {
          tx.write(key, Bytes.utf8("w" + random.nextInt(4)));
        }
      }
      begun.add(tx);
    }
    List<CompletableFuture<Void>> commits = new ArrayList<>();
    for (ExplicitTransaction tx : begun) {
      commits.add(
          CompletableFuture.runAsync(
              () -> {
                try (tx) {
                  tx.commit();
                } catch (TransactionConflictException | UniqueViolationException refused) {
                  assertFalse(refused.mayHaveBeenApplied());
                }
              },
              commit -> new Thread(commit).start()));
    }
    commits.forEach(CompletableFuture::join);
    Map<Bytes, Bytes> holders = new HashMap<>();
    try (Snapshot snapshot = nodes[random.nextInt(2)].snapshot()) {
      for (Entry entry : snapshot.scan(KeyRange.prefix("k"))) {
        for (Bytes word : words(entry)) {
          Bytes other = holders.put(word, entry.key());
          assertTrue(
              other == null, () -> word + ": " + other + " and " + entry + Seeds.replay(seed));
        }
      }
    }
  }
}
