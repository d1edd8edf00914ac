package io.petacore.micrometer;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.petacore.DistributedStorage;
import io.petacore.metrics.StorageMetric;
import io.petacore.metrics.StorageMetric.Unit;
import io.petacore.metrics.StorageMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Binds every {@link StorageMetric} of a storage to meter registries. All meters have the tag
 * {@code petacore.namespace}, which is {@code none} for the whole key space; of several storages
 * with one namespace in a process, each needs further tags.
 *
 * <p>Safe for use by many threads.
 */
public final class PetaCoreMetrics implements MeterBinder, AutoCloseable {

  private final StorageMetrics metrics;
  private final Tags tags;
  private final List<Binding> bindings = new ArrayList<>(); // guarded by this

  /** What was registered in one registry. */
  private record Binding(MeterRegistry registry, List<Meter> meters, LatencyRecorder recorder) {}

  /**
   * Makes the binder of a storage.
   *
   * @param storage the storage, which the binder does not close
   */
  public PetaCoreMetrics(DistributedStorage storage) {
    this(storage, Tags.empty());
  }

  /**
   * Makes the binder of a storage, with further tags.
   *
   * @param storage the storage, which the binder does not close
   * @param tags added to all meters
   */
  public PetaCoreMetrics(DistributedStorage storage, Iterable<Tag> tags) {
    this.metrics = storage.metrics();
    this.tags = Tags.of(requireNonNull(tags, "tags")).and(namespaceTag(metrics.namespace()));
  }

  private static Tag namespaceTag(String namespace) {
    return Tag.of("petacore.namespace", Namespaces.named(namespace));
  }

  /**
   * Registers the meters, and records latencies from now on.
   *
   * @param registry the registry; each is to be bound once
   */
  @Override
  public synchronized void bindTo(MeterRegistry registry) {
    requireNonNull(registry, "registry");
    List<Meter> meters = new ArrayList<>();
    for (StorageMetric metric : StorageMetric.values()) {
      Meter meter = register(metric, registry);
      if (meter != null) {
        meters.add(meter);
      }
    }
    LatencyRecorder recorder = new LatencyRecorder(registry, tags);
    bindings.add(new Binding(registry, meters, recorder));
    metrics.addRecorder(recorder);
  }

  /** Registers a counter or gauge; returns null for what the recorder registers. */
  private @Nullable Meter register(StorageMetric metric, MeterRegistry registry) {
    return switch (metric.kind()) {
      case COUNTER ->
          FunctionCounter.builder(metric.id(), metrics, source -> source.value(metric))
              .description(metric.description())
              .tags(tagsOf(metric))
              .register(registry);
      case GAUGE -> gauge(metric, registry);
      case TIMER, DISTRIBUTION -> null;
    };
  }

  private Meter gauge(StorageMetric metric, MeterRegistry registry) {
    if (metric.unit() == Unit.SECONDS) {
      return TimeGauge.builder(
              metric.id(), metrics, TimeUnit.SECONDS, source -> source.value(metric))
          .description(metric.description())
          .tags(tagsOf(metric))
          .register(registry);
    }
    return Gauge.builder(metric.id(), metrics, source -> source.value(metric))
        .baseUnit(metric.unit() == Unit.BYTES ? "bytes" : null)
        .description(metric.description())
        .tags(tagsOf(metric))
        .register(registry);
  }

  private Tags tagsOf(StorageMetric metric) {
    StorageMetric.Tag tag = metric.tag();
    String value = tag == null ? null : tag.value();
    return tag == null || value == null ? tags : tags.and(tag.key(), value);
  }

  /** Removes the meters from all registries, and records nothing any more. Idempotent. */
  @Override
  public synchronized void close() {
    for (Binding binding : bindings) {
      metrics.removeRecorder(binding.recorder());
      binding.meters().forEach(binding.registry()::remove);
      binding.recorder().meters().forEach(binding.registry()::remove);
    }
    bindings.clear();
  }
}
