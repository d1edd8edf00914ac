package io.petacore.history;

import io.petacore.transaction.IsolationLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Notes what clients do and are told. Safe for use by many threads; a transaction costs two counts
 * on one counter and an entry of a queue, so that the recorder hardly orders what it watches.
 *
 * <p>The order of events is that of the counter, not of the clock: a beginning takes its place
 * before anything is done, an end after all is. So of two transactions one of which has the smaller
 * end than the other's beginning, it has ended before the other began, in virtual time too, where
 * many things happen at the same instant.
 */
public final class HistoryRecorder {

  private final LongSupplier clock;
  private final AtomicLong events = new AtomicLong();
  private final AtomicInteger processes = new AtomicInteger();
  private final AtomicInteger begun = new AtomicInteger();
  private final Queue<Recording> recordings = new ConcurrentLinkedQueue<>();

  /** Tells time by the system's clock. */
  public HistoryRecorder() {
    this(System::nanoTime);
  }

  /**
   * Tells time by a given clock.
   *
   * @param clock nanoseconds, from any beginning
   */
  public HistoryRecorder(LongSupplier clock) {
    this.clock = clock;
  }

  /**
   * A client, which does one thing at a time.
   *
   * @param node the storage that runs its transactions
   * @param thread a name for itself
   */
  public Client client(String node, String thread) {
    return new Client(node, thread);
  }

  /** What has been recorded so far; what has not ended has an unknown outcome. */
  public History history() {
    List<Txn> txns = new ArrayList<>();
    recordings.forEach(recording -> txns.add(recording.toTxn()));
    return new History(txns);
  }

  /** How many transactions have begun. */
  public int count() {
    return begun.get();
  }

  long nextEvent() {
    return events.getAndIncrement();
  }

  long now() {
    return clock.getAsLong();
  }

  /** One client; to be used by one thread at a time. */
  public final class Client {
    private final String node;
    private final String thread;
    private int process = processes.getAndIncrement();

    private Client(String node, String thread) {
      this.node = node;
      this.thread = thread;
    }

    /** The storage that runs its transactions. */
    public String node() {
      return node;
    }

    /** Begins a transaction: to be called before anything is done for it. */
    public Recording invoke(IsolationLevel level) {
      Recording recording = new Recording(HistoryRecorder.this, this, process, level);
      recordings.add(recording);
      begun.getAndIncrement();
      return recording;
    }

    String thread() {
      return thread;
    }

    /** A process that does not know what it has done does nothing any more. */
    void crashed() {
      process = processes.getAndIncrement();
    }
  }
}
