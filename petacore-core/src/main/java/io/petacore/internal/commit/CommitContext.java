package io.petacore.internal.commit;

import io.petacore.internal.concurrent.CoalescingTimer;
import io.petacore.internal.concurrent.CombiningLock;
import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.concurrent.SendBackoff;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.monitoring.Monitor;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.store.KvStore;
import java.time.Duration;

/** What the parts of the pipeline share: its environment, the lock, and the state guarded by it. */
final class CommitContext {

  final KvStore store;
  final Namespace namespace;
  final MvccCache cache;
  final Scheduler scheduler;
  final Monitor monitor;
  final CommitRecords records;
  final CommitLimiter limiter;
  final CommitCounters counters = new CommitCounters();
  final CombiningLock lock;
  final StoreCalls calls;

  // Guarded by the lock.
  final PendingQueue pending;
  final InFlightBatches inFlight;
  final ReplicaProgress progress;
  final ExclusiveLockState exclusiveLock;
  final CoalescingTimer timer;
  final SendBackoff backoff;
  final Outcomes outcomes;
  final Barriers barriers;
  final Staleness staleness;

  /**
   * @param maxPending the most transactions in the pipeline
   * @param epilogue what follows every step, under the lock
   * @param onTimer what happens when a deadline may have passed, on the scheduler
   */
  CommitContext(
      PipelineEnvironment environment, int maxPending, Runnable epilogue, Runnable onTimer) {
    store = environment.store();
    namespace = environment.namespace();
    cache = environment.cache();
    scheduler = environment.scheduler();
    monitor = environment.monitor();
    records = new CommitRecords(environment.clock(), namespace);
    limiter = new CommitLimiter(maxPending);
    lock = new CombiningLock(epilogue);
    calls = new StoreCalls(lock);
    pending = new PendingQueue(lock);
    progress = new ReplicaProgress(lock, scheduler::nanoTime);
    exclusiveLock = new ExclusiveLockState(lock);
    timer = new CoalescingTimer(scheduler, onTimer);
    barriers = new Barriers(lock, timer);
    inFlight = new InFlightBatches(lock, this::batchEnded);
    staleness = new Staleness(lock, scheduler::nanoTime);
    backoff = new SendBackoff(scheduler, () -> lock.run(() -> {})); // the epilogue sends
    outcomes = new Outcomes(lock, limiter, progress, counters);
  }

  private void batchEnded(SentBatch batch) {
    barriers.ended(batch);
    batch.report(monitor);
  }

  /** Whether no commit is pending, and no batch is in flight. */
  boolean isIdle() {
    return pending.isEmpty() && inFlight.isEmpty() && inFlight.keys().isEmpty();
  }

  /** Runs a step after a delay. */
  void runLater(Duration delay, Runnable step) {
    scheduler.schedule(delay, () -> lock.run(step));
  }
}
