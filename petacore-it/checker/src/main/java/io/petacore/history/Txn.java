package io.petacore.history;

import io.petacore.transaction.IsolationLevel;
import java.util.List;

/**
 * A transaction as its client saw it; named as Elle names it, to tell it from one that runs.
 *
 * @param process the client, which does one thing at a time; a client whose transaction has an
 *     unknown outcome goes on as another process
 * @param node the storage that ran it. Whatever one node does is a session: later transactions
 *     there see what earlier ones have seen and committed
 * @param thread who ran it there
 * @param ops the steps of the run that was committed, or of the last one
 * @param invoked its beginning, as a place in the order of all events of the history
 * @param completed the place at which its outcome was told; {@link #NEVER} if none was
 * @param invokedNanos the time of its beginning
 * @param completedNanos the time of that
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

  /** Later than everything. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Keeps a copy. */
  public Txn {
    ops = List.copyOf(ops);
    if (completed <= invoked) {
      throw new IllegalArgumentException("it ends before it begins: " + ops);
    }
  }

  /**
   * Whether it had ended when another one began: if its outcome is unknown, it may still take
   * effect, and has not.
   */
  public boolean endsBefore(Txn other) {
    return outcome != Outcome.UNKNOWN && completed < other.invoked;
  }

  /** Whether any step changes anything. */
  public boolean writes() {
    return ops.stream().anyMatch(MicroOp::writes);
  }
}
