package io.petacore.internal.sync;

import io.petacore.error.StoreUnavailableException;
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

  /**
   * @param load starts a load into a sink
   * @param onAnotherHistory called under the lock before a state of another history is applied
   * @param onApplied called on the scheduler when a resync is applied
   */
  Resync(
      Function<LoadSink, CompletableFuture<LoadedState>> load,
      MvccCache cache,
      SyncLock lock,
      SyncSteps steps,
      SyncCounters counters,
      Runnable onAnotherHistory,
      Runnable onApplied) {
    this.load = load;
    this.cache = cache;
    this.lock = lock;
    this.steps = steps;
    this.counters = counters;
    this.onAnotherHistory = onAnotherHistory;
    this.onApplied = onApplied;
  }

  /** Starts a resync after the next backoff, since its cause may persist. On the scheduler. */
  void start(Continuity continuity) {
    counters.resyncs.incrementAndGet();
    steps.loadLater(() -> load(continuity));
  }

  private void load(Continuity continuity) {
    ResyncBuffer buffer = new ResyncBuffer(cache);
    steps.after(
        load.apply(buffer),
        loaded -> apply(loaded, buffer, continuity),
        failure -> steps.loadLater(failure, () -> load(continuity)));
  }

  private void apply(LoadedState loaded, ResyncBuffer buffer, Continuity continuity) {
    boolean applied =
        lock.locked(
            state -> {
              if (!state.isClosed()) {
                apply(state, loaded, buffer, continuity);
              }
              return !state.isClosed();
            });
    if (applied) {
      onApplied.run();
    }
  }

  private void apply(
      SyncState state, LoadedState loaded, ResyncBuffer buffer, Continuity continuity) {
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
    applier.resync(loaded, buffer.comparison(), history);
  }
}
