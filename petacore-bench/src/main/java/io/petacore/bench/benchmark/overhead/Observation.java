package io.petacore.bench.benchmark.overhead;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.petacore.DistributedStorage;
import io.petacore.micrometer.PetaCoreMetrics;
import java.util.concurrent.Callable;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;
import org.jspecify.annotations.Nullable;

/** What observes a storage during a slice. */
enum Observation {
  NEITHER(false, false),
  METRICS(true, false),
  JFR(false, true),
  BOTH(true, true);

  private final boolean metrics;
  private final boolean events;

  Observation(boolean metrics, boolean events) {
    this.metrics = metrics;
    this.events = events;
  }

  /** Runs a slice; binding, and starting a recording, are not part of it. */
  <T> T during(DistributedStorage storage, Callable<T> slice) throws Exception {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    try (@Nullable PetaCoreMetrics bound = metrics ? new PetaCoreMetrics(storage) : null;
        @Nullable Recording recording =
            events ? new Recording(Configuration.getConfiguration("default")) : null) {
      if (bound != null) {
        bound.bindTo(registry);
      }
      if (recording != null) {
        recording.start();
      }
      return slice.call();
    } finally {
      registry.close();
    }
  }
}
