package io.petacore.history;

import io.petacore.transaction.IsolationLevel;
import java.util.List;

/**
 * A transaction as its client saw it. The name is Elle's, to distinguish it from {@code
 * Transaction}.
 *
 * @param process the process that ran it, which runs one transaction at a time; after an unknown
 *     outcome a client continues as another process
 * @param node the storage that ran it. A node is a session: its transactions see what earlier ones
 *     have seen and committed
 * @param thread the thread that ran it
 * @param ops the operations of the attempt that was committed, or of the last attempt
 * @param invoked the number of its begin event in the order of all events of the history
 * @param completed the number of its end event; {@link #NEVER} if it has not ended
 * @param invokedNanos the time of the begin event
 * @param completedNanos the time of the end event
 */
public record Txn(
    int process,
    String node,
    String thread,
    IsolationLevel level,
    Outcome outcome,
    List<MicroOp> ops,
    long invoked,
    long completed,
    long invokedNanos,
    long completedNanos) {

  /** Later than every event. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Copies the operations. */
  public Txn {
    ops = List.copyOf(ops);
    if (completed <= invoked) {
      throw new IllegalArgumentException("it ends before it begins: " + ops);
    }
  }

  /**
   * Returns whether this transaction had ended when another began. False if its outcome is unknown,
   * since it may still take effect.
   */
  public boolean endsBefore(Txn other) {
    return outcome != Outcome.UNKNOWN && completed < other.invoked;
  }

  /** Returns whether all reads see one state. */
  public boolean readsOneState() {
    return level != IsolationLevel.READ_COMMITTED;
  }

  /** Returns whether everything happens at one point in time. */
  public boolean isOnePoint() {
    return level == IsolationLevel.SERIALIZABLE;
  }

  /** Returns whether any operation writes a key. */
  boolean writes(String key) {
    for (MicroOp op : ops) {
      if (op instanceof MicroOp.PointOp point && point.writes() && point.key().equals(key)) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether any operation writes. */
  public boolean writes() {
    return ops.stream().anyMatch(MicroOp::writes);
  }
}
