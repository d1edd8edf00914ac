package io.petacore;

import io.petacore.StorageCounters.Counter;
import io.petacore.internal.engine.Engine;
import io.petacore.internal.sync.Synchronizer;
import io.petacore.metrics.MetricsRecorder;
import io.petacore.metrics.StorageMetric;
import io.petacore.metrics.StorageMetrics;
import java.util.concurrent.TimeUnit;

/** The metrics of an engine. */
final class MetricValues implements StorageMetrics {

  private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Engine engine;

  MetricValues(Engine engine) {
    this.engine = engine;
  }

  @Override
  public String namespace() {
    return engine.monitor().namespace();
  }

  @Override
  public double value(StorageMetric metric) {
    return switch (metric.kind()) {
      case COUNTER -> StatusSource.counter(engine, Counter.valueOf(metric.name()));
      case GAUGE -> gauge(metric);
      case TIMER, DISTRIBUTION ->
          throw new IllegalArgumentException(
              metric + " has no current value: its values are recorded by a MetricsRecorder");
    };
  }

  private double gauge(StorageMetric metric) {
    return switch (metric) {
      case SYNCED -> engine.state() == Synchronizer.State.SYNCED ? 1 : 0;
      case APPLIED_REVISION -> engine.applied().revision();
      case APPLIED_AGE -> engine.age(engine.applied()).toNanos() / NANOS;
      case STALENESS -> seconds(engine.pipeline().freshness().stalenessNanos());
      case CONTACT_AGE -> seconds(engine.health().contactAgeNanos());
      case KEYS -> engine.applied().keys();
      case VERSIONS -> engine.memoryUsage().versions();
      case MEMORY_USED -> engine.memoryUsage().bytes();
      case DECODED_USED -> engine.decodedValues().bytes();
      case WRITE_BEHIND_USED -> engine.writeBehinds().bytes();
      case LOADING -> engine.loading();
      case PENDING_COMMITS -> engine.pipeline().pendingCommits();
      case MAX_PENDING_COMMITS -> engine.pipeline().maxPendingCommits();
      case SUBSCRIPTIONS -> engine.currentSubscriptions().count();
      case SUBSCRIPTION_LAG -> engine.currentSubscriptions().maxPendingChanges();
      default -> throw new IllegalArgumentException("not a gauge: " + metric);
    };
  }

  /** Negative nanoseconds denote that there is no value yet. */
  private static double seconds(long nanos) {
    return nanos < 0 ? Double.NaN : nanos / NANOS;
  }

  @Override
  public void addRecorder(MetricsRecorder recorder) {
    engine.monitor().add(recorder);
  }

  @Override
  public void removeRecorder(MetricsRecorder recorder) {
    engine.monitor().remove(recorder);
  }
}
