package io.petacore.metrics;

/**
 * Receives the latencies and sizes of a storage when they occur: what a {@link StorageMetric} of
 * kind {@code TIMER} or {@code DISTRIBUTION} is made of. Counters and gauges are read from {@link
 * StorageMetrics#value} instead.
 *
 * <p>Called by many threads, some of which hold internal locks: an implementation must neither
 * block nor call the storage. What it throws is logged, and changes nothing for the transaction.
 * Reads, and transactions that only read, call nothing.
 */
public interface MetricsRecorder {

  /**
   * Records a transaction that had something to commit, when it has ended.
   *
   * @param outcome how it ended
   * @param attempts how often its body was run, at least 1
   * @param nanos the time over all attempts: from the end of the body's first run, or of an
   *     asynchronous transaction from its call, in nanoseconds
   */
  default void recordTransaction(TransactionOutcome outcome, int attempts, long nanos) {}

  /**
   * Records a request with transactions, when its revision was applied on this node.
   *
   * @param transactions the number of transactions that it carried, at least 1
   * @param nanos the time since it was sent, in nanoseconds
   */
  default void recordBatch(int transactions, long nanos) {}

  /**
   * Records a request of another node, when its revision was applied on this node.
   *
   * @param nanos the time since it was sent by the clocks of both nodes, in nanoseconds; 0 if the
   *     other clock is ahead
   */
  default void recordPropagation(long nanos) {}

  /**
   * Records a reload of the whole state, when it was applied.
   *
   * @param nanos the time since it was found to be necessary, in nanoseconds
   */
  default void recordResync(long nanos) {}
}
