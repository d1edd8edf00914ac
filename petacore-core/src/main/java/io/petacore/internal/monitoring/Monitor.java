package io.petacore.internal.monitoring;

import io.petacore.clock.PhysicalClock;
import io.petacore.metrics.MetricsRecorder;
import io.petacore.metrics.TransactionOutcome;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the parts of a storage report what operations want to know. Without recorders, and while no
 * JFR recording has the event enabled, a report reads no clock and allocates nothing.
 *
 * <p>An event with a duration is begun by one call, which returns null while it is disabled, and
 * reported by another. Neither blocks, and neither throws. Safe for use by many threads.
 */
public final class Monitor {

  private final String namespace;
  private final PhysicalClock clock;
  private final LongSupplier nanoTime;
  private final Recorders recorders = new Recorders();

  /**
   * @param namespace names the storage in events
   * @param clock this node's wall clock
   * @param nanoTime monotonic time
   */
  public Monitor(String namespace, PhysicalClock clock, LongSupplier nanoTime) {
    this.namespace = namespace;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  /** The namespace as it was given. */
  public String namespace() {
    return namespace;
  }

  /** Adds a recorder of the application. */
  public void add(MetricsRecorder recorder) {
    recorders.add(recorder);
  }

  /** Removes a recorder of the application. */
  public void remove(MetricsRecorder recorder) {
    recorders.remove(recorder);
  }

  // ---- transactions

  /** Begins the event of a transaction; null while it is disabled. */
  public @Nullable TransactionEvent beginTransaction() {
    return TransactionEvent.isOn() ? new TransactionEvent() : null;
  }

  /**
   * Reports the end of a transaction.
   *
   * @param event begun with the transaction; null if it was disabled then
   * @param attempts how often the body was run
   * @param keys how many keys the last run has written
   * @param revision the commit's; 0 if there is none
   * @param startedAt monotonic time
   */
  public void transactionEnded(
      @Nullable TransactionEvent event,
      TransactionOutcome outcome,
      int attempts,
      int keys,
      long revision,
      long startedAt) {
    if (event != null) {
      event.report(namespace, outcome, attempts, keys, revision);
    }
    if (recorders.areNone()) {
      return;
    }
    long nanos = nanoTime.getAsLong() - startedAt;
    for (MetricsRecorder recorder : recorders.all()) {
      try {
        recorder.recordTransaction(outcome, attempts, nanos);
      } catch (RuntimeException | Error thrown) {
        recorders.failed(recorder, thrown);
      }
    }
  }

  // ---- batches

  /** Begins the event of a batch; null while it is disabled. */
  public @Nullable CommitBatchEvent beginBatch() {
    return CommitBatchEvent.isOn() ? new CommitBatchEvent() : null;
  }

  /**
   * Reports the end of a batch with transactions.
   *
   * @param event begun with the batch; null if it was disabled then
   * @param transactions its members
   * @param bytes the size of the keys and values that it carries
   * @param revision at which it was applied; 0 if it was not, or that is not known
   * @param inDoubt whether its answer was lost
   * @param sentAt monotonic time
   */
  public void batchEnded(
      @Nullable CommitBatchEvent event,
      int transactions,
      long bytes,
      long revision,
      boolean inDoubt,
      long sentAt) {
    if (event != null) {
      event.report(namespace, transactions, bytes, revision, inDoubt);
    }
    if (revision == 0 || recorders.areNone()) {
      return;
    }
    long nanos = nanoTime.getAsLong() - sentAt;
    for (MetricsRecorder recorder : recorders.all()) {
      try {
        recorder.recordBatch(transactions, nanos);
      } catch (RuntimeException | Error thrown) {
        recorders.failed(recorder, thrown);
      }
    }
  }

  /** Reports that a request of another node, with this timestamp, was applied. */
  public void propagated(long timestamp) {
    if (recorders.areNone()) {
      return;
    }
    long nanos = Math.max(0, clock.nanos() - timestamp);
    for (MetricsRecorder recorder : recorders.all()) {
      try {
        recorder.recordPropagation(nanos);
      } catch (RuntimeException | Error thrown) {
        recorders.failed(recorder, thrown);
      }
    }
  }

  // ---- resyncs, watch sessions and sessions: rare, so their events are always begun

  /** Begins a resync. */
  public ResyncEvent beginResync() {
    return new ResyncEvent(nanoTime.getAsLong());
  }

  /**
   * Reports that a resync was applied.
   *
   * @param keys how many keys differed
   * @param revision of the loaded state
   * @param sameHistory whether it continues the known history
   */
  public void resyncEnded(ResyncEvent event, int keys, long revision, boolean sameHistory) {
    event.report(namespace, keys, revision, sameHistory);
    long nanos = nanoTime.getAsLong() - event.startedAt();
    for (MetricsRecorder recorder : recorders.all()) {
      try {
        recorder.recordResync(nanos);
      } catch (RuntimeException | Error thrown) {
        recorders.failed(recorder, thrown);
      }
    }
  }

  /** Begins a watch session. */
  public WatchSessionEvent beginWatchSession() {
    return new WatchSessionEvent(nanoTime.getAsLong());
  }

  /**
   * Reports the end of a watch session; only the first call for an event does.
   *
   * @param fromRevision the first revision that was watched for
   * @param accepted whether the store had accepted the watch
   * @param bytes received for it; 0 if the store does not count them
   * @param reason why it ended
   */
  public void watchSessionEnded(
      WatchSessionEvent event, long fromRevision, boolean accepted, long bytes, String reason) {
    event.report(namespace, fromRevision, accepted, bytes, reason, nanoTime);
  }

  /** Reports the loss of a session. */
  public void sessionLost(String session) {
    SessionLostEvent.report(namespace, session);
  }
}
