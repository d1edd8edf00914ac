package io.petacore.etcd;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The arrival of one answer that may be long. In place of a deadline, the request is given up when
 * nothing of its answer has arrived for a time: what is arriving is worth waiting for, and asking
 * again would only make the server send it again.
 *
 * <p>It looks once per period. So a request that no connection took ends after one period, and one
 * whose answer has stopped after {@code patience} to {@code patience + 1} periods.
 */
final class Arrival {

  private final Connection connection;
  private final Duration period;
  private final int patience;
  private final LongConsumer arriving;
  private final int maxBytes;

  private final AtomicLong bytes = new AtomicLong();
  private volatile boolean ended;
  private volatile boolean givenUp;
  private volatile @Nullable Future<?> timer;

  // On the connection's one io thread only.
  private long seen;
  private int idle;

  /**
   * @param period how long a request may wait for a connection
   * @param patience for how many periods a server may be silent
   * @param arriving told of bytes as they arrive
   * @param maxBytes the greatest answer
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

  /** For how long a server may be silent, for people. */
  Duration bound() {
    return period.multipliedBy(patience);
  }

  /**
   * Begins to look after a request.
   *
   * @param sent whether a connection has taken it
   * @param cancel ends it
   * @throws RejectedExecutionException if the store is closed
   */
  void begin(BooleanSupplier sent, Runnable cancel) {
    ended = false;
    lookLater(sent, cancel);
  }

  private void lookLater(BooleanSupplier sent, Runnable cancel) {
    timer = connection.schedule(() -> look(sent, cancel), period);
  }

  private void look(BooleanSupplier sent, Runnable cancel) {
    if (ended) {
      return;
    }
    long now = bytes.get();
    idle = now == seen ? idle + 1 : 0;
    seen = now;
    if (!sent.getAsBoolean() || idle >= patience) {
      givenUp = true;
      cancel.run();
      return;
    }
    try {
      lookLater(sent, cancel);
    } catch (RejectedExecutionException e) {
      // The store is closed, which ends every request.
    }
  }

  /** More bytes have arrived. On an io thread. */
  void received(long more) {
    bytes.addAndGet(more);
    arriving.accept(more);
  }

  /** The request has ended. */
  void end() {
    ended = true;
    Future<?> last = timer;
    if (last != null) {
      last.cancel(false);
    }
  }

  /** Whether it was ended by the lack of an answer. */
  boolean wasGivenUp() {
    return givenUp;
  }
}
