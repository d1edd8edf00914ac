package io.petacore.internal.commit;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.clock.HybridLogicalClock;
import io.petacore.data.Bytes;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.internal.commit.batch.CommitRequest;
import io.petacore.internal.commit.batch.Write;
import io.petacore.internal.concurrent.Deadline;
import io.petacore.internal.concurrent.ManualScheduler;
import io.petacore.internal.format.DeleteFences;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.internal.monitoring.Monitor;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.sync.Synchronizer;
import io.petacore.store.ScriptedKvStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A commit pipeline with its cache, in virtual time and on the test's thread. The watch delivers
 * when the test calls {@link #deliver}.
 */
final class PipelineNode {

  static final Namespace NAMESPACE = Namespace.of("n/");
  static final Bytes RECORD = NAMESPACE.toStore(ReservedKeys.COMMIT_RECORD);
  static final Bytes EXCLUSIVE_LOCK = NAMESPACE.toStore(ReservedKeys.EXCLUSIVE_LOCK);

  static final Duration TIMEOUT = Duration.ofSeconds(10);
  static final Duration TIME_TO_LIVE = Duration.ofSeconds(9);

  /** The longest pause between two tries. */
  static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  static final int BUCKETS = 4;

  final FaultyKvStore store;
  final ManualScheduler scheduler;
  final MvccCache cache;
  final CommitPipeline pipeline;
  final Synchronizer synchronizer;
  final AtomicLong wall = new AtomicLong(1_000_000_000);
  final List<CompletableFuture<CommitOutcome>> launched = new ArrayList<>();

  PipelineNode(
      ScriptedKvStore cluster, ManualScheduler scheduler, int maxInFlight, int maxPending) {
    this(new FaultyKvStore(cluster), scheduler, maxInFlight, maxPending);
  }

  PipelineNode(FaultyKvStore store, ManualScheduler scheduler, int maxInFlight, int maxPending) {
    this(store, scheduler, maxInFlight, maxPending, Duration.ofDays(1));
  }

  PipelineNode(
      FaultyKvStore store,
      ManualScheduler scheduler,
      int maxInFlight,
      int maxPending,
      Duration idleWriteInterval) {
    this.store = store;
    this.scheduler = scheduler;
    HybridLogicalClock clock = new HybridLogicalClock(wall::get, Duration.ofSeconds(1));
    cache = new MvccCache(Duration.ofMinutes(10), scheduler::nanoTime);
    Monitor monitor = new Monitor("", wall::get, scheduler::nanoTime);
    pipeline =
        new CommitPipeline(
            new PipelineEnvironment(store, NAMESPACE, cache, clock, scheduler, monitor),
            new PipelineSettings(
                maxInFlight,
                maxPending,
                TIME_TO_LIVE,
                idleWriteInterval,
                new DeleteFences(BUCKETS)),
            this::expect,
            this::repair);
    synchronizer =
        new Synchronizer(
            store,
            NAMESPACE,
            cache,
            clock,
            scheduler,
            Duration.ofSeconds(1),
            pipeline.revisionListener(),
            state -> {},
            monitor);
  }

  PipelineNode(ScriptedKvStore cluster) {
    this(cluster, new ManualScheduler(), 4, 1000);
  }

  private void expect(long revision) {
    synchronizer.expect(revision);
  }

  private void repair(String reason) {
    synchronizer.repair(reason);
  }

  /** Loads, follows, and opens a session. */
  PipelineNode open() {
    CompletableFuture<Void> synced = synchronizer.start();
    scheduler.runDue();
    assertTrue(synced.isDone());
    pipeline.start();
    deliver();
    return this;
  }

  /** Has the watch deliver all revisions. */
  void deliver() {
    store.watch().deliver();
    scheduler.runDue();
  }

  /** Lets the time pass after which any failed request is tried again. */
  void pause() {
    scheduler.advance(LONGEST_PAUSE);
  }

  /** Lets 5 s pass, in which the watch delivers every 100 ms. */
  void recover() {
    for (int i = 0; i < 50; i++) {
      scheduler.advance(Duration.ofMillis(100));
      deliver();
    }
  }

  CommitCounters counters() {
    return pipeline.counters();
  }

  /** Asks for what every node has committed. */
  CompletableFuture<Long> latest() {
    return pipeline.freshness().latest(Deadline.in(TIMEOUT, scheduler::nanoTime), false);
  }

  CompletableFuture<Long> barrier() {
    return pipeline.freshness().barrier(Deadline.in(TIMEOUT, scheduler::nanoTime), false);
  }

  /** A transaction on the newest snapshot. */
  Draft begin() {
    return new Draft(cache.applied().timestamp(), TIMEOUT);
  }

  Draft begin(Duration timeout) {
    return new Draft(cache.applied().timestamp(), timeout);
  }

  /** A transaction under Read Committed. */
  Draft unguarded() {
    return new Draft(CommitRequest.UNGUARDED, TIMEOUT);
  }

  /** The value in the cache; null if the key is absent. */
  @Nullable String read(String key) {
    Bytes value = cache.newest(Bytes.utf8(key));
    return value == null ? null : value.toUtf8();
  }

  /** A transaction being written. */
  final class Draft {
    private final Map<Bytes, Write> writes = new TreeMap<>();
    private final long snapshot;
    private final Duration timeout;

    private Draft(long snapshot, Duration timeout) {
      this.snapshot = snapshot;
      this.timeout = timeout;
    }

    Draft put(String key, String value) {
      Bytes bytes = Bytes.utf8(key);
      writes.put(bytes, new Write(bytes, Bytes.utf8(value)));
      return this;
    }

    Draft delete(String key) {
      Bytes bytes = Bytes.utf8(key);
      writes.put(bytes, new Write(bytes, null));
      return this;
    }

    /** Commits; the outcome is in {@link PipelineNode#launched}. */
    void launch() {
      launched.add(commit());
    }

    CompletableFuture<CommitOutcome> commit() {
      List<Write> all = new ArrayList<>(writes.values());
      return pipeline.commit(
          new CommitRequest(all, snapshot, Deadline.in(timeout, scheduler::nanoTime)));
    }
  }

  static CommitOutcome.Committed committed(CompletableFuture<CommitOutcome> future) {
    assertTrue(future.isDone(), "no outcome was reported");
    return assertInstanceOf(CommitOutcome.Committed.class, future.join());
  }

  static void assertConflict(String key, CompletableFuture<CommitOutcome> future) {
    assertTrue(future.isDone(), "no outcome was reported");
    CommitOutcome.Conflict conflict = assertInstanceOf(CommitOutcome.Conflict.class, future.join());
    assertTrue(conflict.key().equals(Bytes.utf8(key)), () -> "not " + conflict.key());
  }

  /** The failure of a commit. */
  static Throwable failure(CompletableFuture<CommitOutcome> future) {
    assertTrue(future.isDone(), "no outcome was reported");
    try {
      throw new AssertionError("it did not fail: " + future.join());
    } catch (CompletionException e) {
      return Objects.requireNonNull(e.getCause());
    }
  }

  static <X extends Throwable> X failure(
      Class<X> expected, CompletableFuture<CommitOutcome> future) {
    return assertInstanceOf(expected, failure(future));
  }
}
