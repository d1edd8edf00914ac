package io.petacore.micrometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.petacore.DistributedStorage;
import io.petacore.metrics.StorageMetric;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The meters of a storage. */
class PetaCoreMetricsTest {

  private final KvStore store = EmbeddedKvStore.inMemory();
  private final DistributedStorage storage =
      DistributedStorage.builder(store).namespace("shop/").open();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @AfterEach
  void close() {
    storage.close();
    store.close();
  }

  @Test
  void everyMetricHasAMeter() {
    try (PetaCoreMetrics metrics = new PetaCoreMetrics(storage)) {
      metrics.bindTo(registry);
      for (StorageMetric metric : StorageMetric.values()) {
        StorageMetric.Tag tag = metric.tag();
        Tags tags = Tags.of("petacore.namespace", "shop/");
        if (tag != null && tag.value() != null) {
          tags = tags.and(tag.key(), tag.value());
        }
        Meter meter = registry.find(metric.id()).tags(tags).meter();
        assertNotNull(meter, metric.name());
        assertEquals(metric.description(), meter.getId().getDescription());
        assertEquals(
            switch (metric.kind()) {
              case COUNTER -> Meter.Type.COUNTER;
              case GAUGE -> Meter.Type.GAUGE;
              case TIMER -> Meter.Type.TIMER;
              case DISTRIBUTION -> Meter.Type.DISTRIBUTION_SUMMARY;
            },
            meter.getId().getType(),
            metric.name());
      }
      assertEquals(
          Stream.of(StorageMetric.values()).map(StorageMetric::id).collect(Collectors.toSet()),
          registry.getMeters().stream().map(m -> m.getId().getName()).collect(Collectors.toSet()));
    }
  }

  @Test
  void commitsAreCountedAndTimed() {
    try (PetaCoreMetrics metrics = new PetaCoreMetrics(storage, Tags.of("role", "writer"))) {
      metrics.bindTo(registry);
      storage.runTransaction(tx -> tx.write("a", "1"));
      storage.runTransaction(tx -> tx.write("b", "1"));
      storage.runTransaction(tx -> tx.read("b"));
      assertEquals(2, registry.get("petacore.commits").functionCounter().count());
      assertEquals(2, registry.get("petacore.keys").tags("role", "writer").gauge().value());
      assertEquals(1, registry.get("petacore.synced").gauge().value());
      assertEquals(
          2,
          registry
              .get("petacore.transaction.duration")
              .tags("outcome", "committed")
              .timer()
              .count());
      assertEquals(2, registry.get("petacore.batch.size").summary().totalAmount());
      assertEquals(2, registry.get("petacore.transaction.attempts").summary().totalAmount());
      assertTrue(registry.get("petacore.staleness").timeGauge().value() >= 0);
    }
  }

  /** A storage that is opened again gets its meters back, instead of those of the closed one. */
  @Test
  void closingRemovesTheMeters() {
    PetaCoreMetrics metrics = new PetaCoreMetrics(storage);
    metrics.bindTo(registry);
    storage.runTransaction(tx -> tx.write("a", "1"));
    metrics.close();
    assertEquals(List.of(), registry.getMeters());
    storage.runTransaction(tx -> tx.write("b", "1"));
    assertEquals(List.of(), registry.getMeters(), "nothing is recorded any more");
    metrics.close();
  }

  @Test
  void theWholeKeySpaceHasAName() {
    try (KvStore whole = EmbeddedKvStore.inMemory();
        DistributedStorage unnamed = DistributedStorage.open(whole);
        PetaCoreMetrics metrics = new PetaCoreMetrics(unnamed)) {
      metrics.bindTo(registry);
      assertEquals(
          Set.of("none"),
          registry.getMeters().stream()
              .map(meter -> meter.getId().getTag("petacore.namespace"))
              .collect(Collectors.toSet()));
    }
  }
}
