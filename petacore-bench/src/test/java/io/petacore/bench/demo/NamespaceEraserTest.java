package io.petacore.bench.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.bench.support.connection.Namespace;
import io.petacore.bench.support.dataset.BulkLoad;
import io.petacore.bench.support.dataset.Catalogue;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class NamespaceEraserTest {

  @Test
  void allKeysOfTheNamespaceAreDeletedAndNoOthers() throws Exception {
    Namespace erased = new Namespace("doomed/");
    Namespace neighbour = new Namespace("doomed0");
    try (KvStore store = EmbeddedKvStore.inMemory()) {
      NamespaceEraser eraser = eraser(store, erased);
      assertTrue(eraser.isEmpty());
      fill(store, "doomed/", 10_000);
      fill(store, "neighbour/", 10);
      assertFalse(eraser.isEmpty());
      assertTrue(eraser.erase() > 10_000, "internal keys are deleted, too");
      assertTrue(eraser.isEmpty());
      assertFalse(eraser(store, new Namespace("neighbour/")).isEmpty());
      assertTrue(eraser(store, neighbour).isEmpty());
      assertEquals(0, eraser.erase());
    }
  }

  private static NamespaceEraser eraser(KvStore store, Namespace namespace) {
    return new NamespaceEraser(store, namespace, Duration.ofSeconds(10));
  }

  private static void fill(KvStore store, String namespace, int keys) throws InterruptedException {
    try (DistributedStorage storage =
        DistributedStorage.builder(store).namespace(namespace).open()) {
      new BulkLoad(Catalogue.generate(keys, 1)).run(List.of(storage));
    }
  }
}
