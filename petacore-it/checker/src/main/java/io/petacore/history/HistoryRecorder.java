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
 * Records the transactions of clients and their outcomes. Thread-safe; a transaction costs two
 * increments of one counter and one queue entry, so the recorder hardly synchronizes what it
 * observes.
 *
 * <p>Events are ordered by the counter, not by the clock: the begin event is numbered before the
 * transaction starts, the end event after it has finished. If the end of one transaction has a
 * lower index than the begin of another, the first has ended before the second began; this holds in
 * virtual time, too, where many events have the same time.
 */
public final class HistoryRecorder {

  private final LongSupplier clock;
  private final AtomicLong events = new AtomicLong();
  private final AtomicInteger processes = new AtomicInteger();
  private final AtomicInteger begun = new AtomicInteger();
  private final Queue<Recording> recordings = new ConcurrentLinkedQueue<>();

  /** Creates a recorder that uses the system clock. */
  public HistoryRecorder() {
    this(System::nanoTime);
  }

  /**
   * Creates a recorder with a clock.
   *
   * @param clock the time in nanoseconds from an arbitrary origin
   */
  public HistoryRecorder(LongSupplier clock) {
    this.clock = clock;
  }

  /**
   * Returns a new client, which runs one transaction at a time.
   *
   * @param node the storage that runs its transactions
   * @param thread the name of the client on its node
   */
  public Client client(String node, String thread) {
    return new Client(node, thread);
  }

  /**
   * Returns the transactions recorded so far; a transaction that has not ended has an unknown
   * outcome.
   */
  public History history() {
    List<Txn> txns = new ArrayList<>();
    recordings.forEach(recording -> txns.add(recording.toTxn()));
    return new History(txns);
  }

  /** Returns the number of transactions begun. */
  public int count() {
    return begun.get();
  }

  long nextEvent() {
    return events.getAndIncrement();
  }

  long now() {
    return clock.getAsLong();
  }

  /** A client, to be used by one thread at a time. */
  public final class Client {
    private final String node;
    private final String thread;
    private int process = processes.getAndIncrement();

    private Client(String node, String thread) {
      this.node = node;
      this.thread = thread;
    }

    /** Returns the storage that runs its transactions. */
    public String node() {
      return node;
    }

    /** Records the begin of a transaction; must be called before the transaction starts. */
    public Recording invoke(IsolationLevel level) {
      Recording recording = new Recording(HistoryRecorder.this, this, process, level);
      recordings.add(recording);
      begun.getAndIncrement();
      return recording;
    }

    String thread() {
      return thread;
    }

    /**
     * Continues as a new process: after an unknown outcome a process must not run anything else.
     */
    void crashed() {
      process = processes.getAndIncrement();
    }
  }
}
