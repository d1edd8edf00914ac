package io.petacore.internal.sync;

import io.petacore.error.StoreUnavailableException;
import io.petacore.internal.monitoring.Monitor;
import io.petacore.internal.monitoring.ResyncEvent;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.mvcc.RevisionListener.History;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Loads the whole state again, because the revisions since the applied one cannot be had one by
 * one, and applies the difference as one revision. Readers use the old state until it is published.
 */
final class Resync {

  private final Function<LoadSink, CompletableFuture<LoadedState>> load;
  private final MvccCache cache;
  private final SyncLock lock;
  private final SyncSteps steps;
  private final SyncCounters counters;
  private final Runnable onAnotherHistory;
  private final Runnable onApplied;
  private final Monitor monitor;

  /**
   * @param load starts a load into a sink
   * @param onAnotherHistory called under the lock before a state of another history is applied
   * @param onApplied called on the scheduler when a resync is applied
   * @param monitor receives its end
   */
  Resync(
      Function<LoadSink, CompletableFuture<LoadedState>> load,
      MvccCache cache,
      SyncLock lock,
      SyncSteps steps,
      SyncCounters counters,
      Runnable onAnotherHistory,
      Runnable onApplied,
      Monitor monitor) {
    this.load = load;
    this.cache = cache;
    this.lock = lock;
    this.steps = steps;
    this.counters = counters;
    this.onAnotherHistory = onAnotherHistory;
    this.onApplied = onApplied;
    this.monitor = monitor;
  }

  /** Starts a resync after the next backoff, since its cause may persist. On the scheduler. */
  void start(Continuity continuity) {
    counters.resyncs.incrementAndGet();
    ResyncEvent event = monitor.beginResync();
    steps.loadLater(() -> load(continuity, event));
  }

  private void load(Continuity continuity, ResyncEvent event) {
    ResyncBuffer buffer = new ResyncBuffer(cache);
    steps.after(
        load.apply(buffer),
        loaded -> apply(loaded, buffer, continuity, event),
        failure -> steps.loadLater(failure, () -> load(continuity, event)));
  }

  private void apply(
      LoadedState loaded, ResyncBuffer buffer, Continuity continuity, ResyncEvent event) {
    boolean applied =
        lock.locked(
            state -> {
              if (!state.isClosed()) {
                apply(state, loaded, buffer, continuity, event);
              }
              return !state.isClosed();
            });
    if (applied) {
      onApplied.run();
    }
  }

  private void apply(
      SyncState state,
      LoadedState loaded,
      ResyncBuffer buffer,
      Continuity continuity,
      ResyncEvent event) {
    RevisionApplier applier = state.applier();
    History history = applier.history(loaded, buffer.comparison(), continuity);
    state.resynced();
    if (history != History.SAME) {
      counters.otherHistories.incrementAndGet();
    }
    if (history == History.ANOTHER) {
      cache.abandonWaiters(
          new StoreUnavailableException("the store was restored to another history", null));
      onAnotherHistory.run();
    }
    int changed = applier.resync(loaded, buffer.comparison(), history);
    monitor.resyncEnded(event, changed, loaded.revision(), history == History.SAME);
  }
}
