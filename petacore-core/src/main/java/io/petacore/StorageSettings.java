package io.petacore;

import static java.util.Objects.requireNonNull;

import io.petacore.clock.PhysicalClock;
import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.concurrent.ThreadScheduler;
import io.petacore.internal.engine.StatusReporting;
import io.petacore.internal.engine.StorageConfig;
import io.petacore.internal.mvcc.IndexDefinition;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.transaction.TransactionSettings;
import io.petacore.store.KvStore;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.TransactionContext;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The settings that {@link StorageBuilder} collects: their defaults, their ranges, and the
 * configuration that they result in. Used by one thread.
 */
final class StorageSettings {

  /** So that sums of a few durations still fit in nanoseconds. */
  private static final Duration MAX_DURATION = Duration.ofDays(36_500);

  String namespace = "";
  IsolationLevel isolation = IsolationLevel.SNAPSHOT;
  Duration historyRetention = Duration.ofSeconds(10);
  long maxHistoryBytes = Math.min(256L << 20, Runtime.getRuntime().maxMemory() / 8);
  long maxDecodedBytes = Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 16);
  Duration openTimeout = Duration.ofSeconds(30);
  Duration openTotalTimeout = MAX_DURATION;
  Duration commitTimeout = Duration.ofSeconds(10);
  Duration closeTimeout = Duration.ofSeconds(3);
  Duration maxClockOffset = Duration.ofMillis(500);
  Duration sessionTimeout = Duration.ofSeconds(10);
  Duration idleWriteInterval = Duration.ofMinutes(1);
  boolean readOnly;
  int maxAttempts = 100;
  int maxInFlight = 4;
  int maxPendingCommits = 10_000;
  final Map<String, IndexDefinition> indexes = new LinkedHashMap<>();
  Executor executor = ForkJoinPool.commonPool();
  Consumer<StorageStatus> statusListener = status -> {};
  UnaryOperator<TransactionContext> wrapper = UnaryOperator.identity();
  PhysicalClock physicalClock = PhysicalClock.system();
  Function<String, Scheduler> schedulers = ThreadScheduler::new; // replaced by a simulation
  MvccCache.Maker caches = MvccCache::new; // replaced by a simulation

  /** Returns the configuration of a storage, which later changes of the settings don't change. */
  StorageConfig config(KvStore store) {
    return new StorageConfig(
        store,
        namespace,
        new TransactionSettings(isolation, commitTimeout, maxAttempts, readOnly),
        new StorageConfig.Pipeline(
            maxInFlight, maxPendingCommits, sessionTimeout, idleWriteInterval),
        new StorageConfig.History(historyRetention, maxHistoryBytes, maxDecodedBytes),
        new StorageConfig.Clock(physicalClock, maxClockOffset),
        new StorageConfig.Timeouts(openTimeout, openTotalTimeout, closeTimeout),
        List.copyOf(indexes.values()),
        executor,
        new StatusReporting<>(StatusSource::statusOf, StorageStatus::state, statusListener),
        new StorageConfig.Internals(schedulers, caches));
  }

  /**
   * Returns a number that is at least 1.
   *
   * @param name the name of the setting, for the message
   * @throws IllegalArgumentException if it is less
   */
  static int atLeastOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1: " + value);
    }
    return value;
  }

  /**
   * Returns a number that is 0 or more.
   *
   * @param name the name of the setting, for the message
   * @throws IllegalArgumentException if it is negative
   */
  static long notNegative(String name, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " must not be negative: " + value);
    }
    return value;
  }

  /**
   * Returns a duration that is positive, and at most 36,500 days.
   *
   * @param name the name of the setting, for the message
   * @throws IllegalArgumentException if it is not
   */
  static Duration positive(String name, Duration duration) {
    requireNonNull(duration, name);
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException(name + " must be positive: " + duration);
    }
    if (duration.compareTo(MAX_DURATION) > 0) {
      throw new IllegalArgumentException(
          name + " must be at most " + MAX_DURATION + ": " + duration);
    }
    return duration;
  }
}
