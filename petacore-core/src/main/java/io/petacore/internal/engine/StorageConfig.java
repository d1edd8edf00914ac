package io.petacore.internal.engine;

import io.petacore.clock.PhysicalClock;
import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.mvcc.IndexDefinition;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.transaction.TransactionSettings;
import io.petacore.store.KvStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * The settings of one open storage: made once from the builder, and never changed.
 *
 * @param store the application's store
 * @param namespace the prefix of all keys, as it was given
 * @param transactions the defaults of transactions
 * @param pipeline the bounds of the commit pipeline
 * @param history the bounds on superseded versions
 * @param clock the clock of commits
 * @param timeouts the bounds on opening and closing
 * @param indexes the secondary indexes
 * @param executor the application's executor
 * @param statusReporting the application's status listener
 * @param internals parts that a simulation replaces
 */
public record StorageConfig(
    KvStore store,
    String namespace,
    TransactionSettings transactions,
    Pipeline pipeline,
    History history,
    Clock clock,
    Timeouts timeouts,
    List<IndexDefinition> indexes,
    Executor executor,
    StatusReporting<?> statusReporting,
    Internals internals) {

  /**
   * The bounds of the commit pipeline.
   *
   * @param maxInFlight the maximum number of requests in flight
   * @param maxPendingCommits the maximum number of transactions in the pipeline
   * @param sessionTimeout the time to live of a session after its last renewal
   * @param idleWriteInterval how long nothing must have been applied before an idle write
   */
  public record Pipeline(
      int maxInFlight,
      int maxPendingCommits,
      Duration sessionTimeout,
      Duration idleWriteInterval) {}

  /**
   * The bounds on superseded versions, and on decoded values.
   *
   * @param retention how long superseded versions are kept
   * @param maxBytes the maximum of their estimated heap footprint
   * @param maxDecodedBytes the maximum of the estimated heap footprint of decoded values
   */
  public record History(Duration retention, long maxBytes, long maxDecodedBytes) {}

  /**
   * The clock of commits.
   *
   * @param physical the source of wall time
   * @param maxOffset the maximum difference between the clocks of two nodes
   */
  public record Clock(PhysicalClock physical, Duration maxOffset) {}

  /**
   * The bounds on opening and closing.
   *
   * @param open how long opening may go without progress
   * @param openTotal how long opening may take
   * @param close how long closing waits for commits in flight
   */
  public record Timeouts(Duration open, Duration openTotal, Duration close) {}

  /**
   * Parts that a simulation replaces.
   *
   * @param schedulers makes a scheduler whose threads have a name
   * @param caches makes the cache
   */
  public record Internals(Function<String, Scheduler> schedulers, MvccCache.Maker caches) {}

  boolean isReadOnly() {
    return transactions.readOnly();
  }

  /** Returns a new scheduler whose threads are named after the namespace. */
  Scheduler newScheduler(String suffix) {
    return internals.schedulers().apply("petacore-" + namespace + suffix);
  }
}
