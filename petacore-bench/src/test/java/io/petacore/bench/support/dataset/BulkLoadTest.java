package io.petacore.bench.support.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.bench.support.console.CommandFailedException;
import io.petacore.bench.support.console.ErrorLine;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.transaction.Snapshot;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BulkLoadTest {
  private final KvStore store = EmbeddedKvStore.inMemory();
  private final DistributedStorage storage = DistributedStorage.open(store);

  @AfterEach
  void close() {
    storage.close();
    store.close();
  }

  private List<Entry> contents() {
    List<Entry> contents = new ArrayList<>();
    try (Snapshot snapshot = storage.snapshot()) {
      snapshot.scan(KeyRange.all()).forEach(contents::add);
    }
    return contents;
  }

  @Test
  void allEntriesAreWrittenAndCounted() throws InterruptedException {
    List<Entry> catalogue = Catalogue.generate(1234, 1);
    BulkLoad load = new BulkLoad(catalogue);
    load.run(List.of(storage));
    assertEquals(1234, load.written());
    assertEquals(catalogue, contents());
  }

  @Test
  void largeValuesUseMoreTransactions() throws InterruptedException {
    Bytes large = Bytes.of(new byte[100_000]);
    List<Entry> entries = new ArrayList<>();
    for (int i = 100; i < 150; i++) {
      entries.add(new Entry(Bytes.utf8("key-" + i), large));
    }
    new BulkLoad(entries).run(List.of(storage));
    assertEquals(entries, contents());
  }

  @Test
  void existingKeysAreOverwritten() throws InterruptedException {
    storage.runTransaction(tx -> tx.write("a", "old").write("b", "old"));
    new BulkLoad(List.of(new Entry(Bytes.utf8("a"), Bytes.utf8("new")))).run(List.of(storage));
    assertEquals("new", storage.read("a"));
    assertEquals("old", storage.read("b"));
  }

  @Test
  void anInvalidKeyIsReportedWithItsLineAndNothingIsWritten() {
    List<Entry> entries = new ArrayList<>(Catalogue.generate(200, 1));
    entries.set(150, new Entry(Bytes.of((byte) 0, (byte) 1), Bytes.EMPTY));
    BulkLoad load = new BulkLoad(entries);
    String message =
        ErrorLine.of(
            assertThrows(CommandFailedException.class, () -> load.check(storage, "stock.tsv")));
    assertTrue(message.startsWith("stock.tsv, line 151: "), message);
    assertEquals(List.of(), contents());
  }

  @Test
  void aFailedLoadReportsTheNumberOfEntriesWritten() {
    BulkLoad load = new BulkLoad(Catalogue.generate(500, 1));
    storage.close();
    String message =
        ErrorLine.of(assertThrows(CommandFailedException.class, () -> load.run(List.of(storage))));
    assertTrue(message.startsWith("the load failed after 0 of 500 entries: "), message);
  }
}
