package io.petacore.etcd;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Tracks the arrival of one large response. Instead of a deadline, the request is cancelled when no
 * part of the response has arrived for a time: while bytes arrive, a retry would only repeat the
 * transfer.
 *
 * <p>Progress is checked once per period. So a request that was not sent ends after one period, and
 * one whose response has stopped arriving after {@code patience} to {@code patience + 1} periods.
 */
final class Arrival {

  private final Connection connection;
  private final Duration period;
  private final int patience;
  private final LongConsumer arriving;
  private final int maxBytes;

  private final AtomicLong bytes = new AtomicLong();
  private volatile boolean ended;
  private volatile boolean timedOut;
  private volatile @Nullable Future<?> timer;

  // Confined to the io thread of the connection.
  private long seen;
  private int idle;

  /**
   * @param period how long a request may wait for a connection
   * @param patience for how many periods the server may be silent
   * @param arriving receives the number of bytes as they arrive
   * @param maxBytes maximum size of the response
   */
  Arrival(
      Connection connection, Duration period, int patience, LongConsumer arriving, int maxBytes) {
    this.connection = connection;
    this.period = period;
    this.patience = patience;
    this.arriving = arriving;
    this.maxBytes = maxBytes;
  }

  int maxBytes() {
    return maxBytes;
  }

  /** How long the server may be silent, for messages. */
  Duration bound() {
    return period.multipliedBy(patience);
  }

  /**
   * Starts to track a request.
   *
   * @param sent whether the request was sent
   * @param cancel cancels the request
   * @throws RejectedExecutionException if the store is closed
   */
  void start(BooleanSupplier sent, Runnable cancel) {
    ended = false;
    checkLater(sent, cancel);
  }

  private void checkLater(BooleanSupplier sent, Runnable cancel) {
    timer = connection.schedule(() -> check(sent, cancel), period);
  }

  private void check(BooleanSupplier sent, Runnable cancel) {
    if (ended) {
      return;
    }
    long now = bytes.get();
    idle = now == seen ? idle + 1 : 0;
    seen = now;
    if (!sent.getAsBoolean() || idle >= patience) {
      timedOut = true;
      cancel.run();
      return;
    }
    try {
      checkLater(sent, cancel);
    } catch (RejectedExecutionException e) {
      // The store is closed, which ends every request.
    }
  }

  /** Records bytes that have arrived. Called on an io thread. */
  void received(long more) {
    bytes.addAndGet(more);
    arriving.accept(more);
  }

  /** Stops tracking, since the request has ended. */
  void end() {
    ended = true;
    Future<?> last = timer;
    if (last != null) {
      last.cancel(false);
    }
  }

  /** Whether the request was cancelled for lack of progress. */
  boolean hasTimedOut() {
    return timedOut;
  }
}
