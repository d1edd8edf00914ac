package io.petacore.micrometer;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.petacore.metrics.MetricsRecorder;
import io.petacore.metrics.StorageMetric;
import io.petacore.metrics.TransactionOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Records latencies and sizes in a registry. Of the timer of transactions, that of an outcome is
 * registered when it first occurs, except that of commits: each has a histogram.
 */
final class LatencyRecorder implements MetricsRecorder {

  /** Below it lies only the embedded store. */
  private static final Duration MIN = Duration.ofNanos(250_000);

  /** Above the default commit timeout; also of a state of some gigabytes being loaded. */
  private static final Duration MAX = Duration.ofSeconds(30);

  private static final double MAX_BATCH_SIZE = 10_000;

  private final MeterRegistry registry;
  private final Tags tags;
  private final Map<TransactionOutcome, Timer> transactions = new ConcurrentHashMap<>();
  private final DistributionSummary attempts;
  private final Timer batches;
  private final DistributionSummary batchSizes;
  private final Timer propagation;
  private final Timer resyncs;

  LatencyRecorder(MeterRegistry registry, Tags tags) {
    this.registry = registry;
    this.tags = tags;
    this.attempts = summary(StorageMetric.TRANSACTION_ATTEMPTS).register(registry);
    this.batches = timer(StorageMetric.BATCH_DURATION, tags);
    this.batchSizes =
        summary(StorageMetric.BATCH_SIZE)
            .publishPercentileHistogram()
            .minimumExpectedValue(1.0)
            .maximumExpectedValue(MAX_BATCH_SIZE)
            .register(registry);
    this.propagation = timer(StorageMetric.PROPAGATION_DELAY, tags);
    this.resyncs = timer(StorageMetric.RESYNC_DURATION, tags);
    transactionTimer(TransactionOutcome.COMMITTED);
  }

  private DistributionSummary.Builder summary(StorageMetric metric) {
    return DistributionSummary.builder(metric.id()).description(metric.description()).tags(tags);
  }

  private Timer timer(StorageMetric metric, Tags ofTimer) {
    return Timer.builder(metric.id())
        .description(metric.description())
        .tags(ofTimer)
        .publishPercentileHistogram()
        .minimumExpectedValue(MIN)
        .maximumExpectedValue(MAX)
        .register(registry);
  }

  private Timer transactionTimer(TransactionOutcome outcome) {
    Timer known = transactions.get(outcome);
    return known == null
        ? transactions.computeIfAbsent(
            outcome,
            first -> timer(StorageMetric.TRANSACTION_DURATION, tags.and("outcome", first.label())))
        : known;
  }

  /** The meters registered so far. */
  List<Meter> meters() {
    List<Meter> all = new ArrayList<>(List.of(attempts, batches, batchSizes, propagation, resyncs));
    all.addAll(transactions.values());
    return all;
  }

  @Override
  public void recordTransaction(TransactionOutcome outcome, int runs, long nanos) {
    transactionTimer(outcome).record(nanos, TimeUnit.NANOSECONDS);
    attempts.record(runs);
  }

  @Override
  public void recordBatch(int members, long nanos) {
    batches.record(nanos, TimeUnit.NANOSECONDS);
    batchSizes.record(members);
  }

  @Override
  public void recordPropagation(long nanos) {
    propagation.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void recordResync(long nanos) {
    resyncs.record(nanos, TimeUnit.NANOSECONDS);
  }
}
