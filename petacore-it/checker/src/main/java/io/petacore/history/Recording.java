package io.petacore.history;

import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.PetaCoreException;
import io.petacore.transaction.IsolationLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Records one transaction: its operations, then one of the three outcomes. Operations are recorded
 * by one thread at a time; the outcome is recorded once.
 */
public final class Recording {

  private record End(Outcome outcome, List<MicroOp> ops, long event, long nanos) {}

  private final HistoryRecorder recorder;
  private final HistoryRecorder.Client client;
  private final int process;
  private final IsolationLevel level;
  private final long invokedNanos;
  private final long invoked;
  private final List<MicroOp> ops = new ArrayList<>();
  private @Nullable End end;

  Recording(
      HistoryRecorder recorder, HistoryRecorder.Client client, int process, IsolationLevel level) {
    this.recorder = recorder;
    this.client = client;
    this.process = process;
    this.level = level;
    this.invokedNanos = recorder.now();
    this.invoked = recorder.nextEvent();
  }

  /** Starts an attempt and discards the operations of the previous one. */
  public synchronized void restart() {
    ops.clear();
  }

  /** Records an operation. */
  public synchronized void note(MicroOp op) {
    ops.add(op);
  }

  /** Records a commit. */
  public void ok() {
    end(Outcome.OK);
  }

  /** Records a failure: nothing was applied. */
  public void fail() {
    end(Outcome.FAIL);
  }

  /** Records an unknown outcome. */
  public void unknown() {
    end(Outcome.UNKNOWN);
    client.crashed();
  }

  /**
   * Records the outcome that a storage reported.
   *
   * @param failure null for a commit
   * @throws AssertionError if a storage must not end a transaction with this failure
   */
  public void end(@Nullable Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause == null) {
      ok();
    } else if (cause instanceof CommitOutcomeUnknownException) {
      unknown();
    } else if (cause instanceof PetaCoreException) {
      fail();
    } else {
      throw new AssertionError("unforeseen: " + cause, cause);
    }
  }

  private synchronized void end(Outcome outcome) {
    if (end != null) {
      throw new IllegalStateException("ended already: " + end);
    }
    end = new End(outcome, List.copyOf(ops), recorder.nextEvent(), recorder.now());
  }

  synchronized Txn toTxn() {
    End ended = end;
    if (ended == null) {
      ended = new End(Outcome.UNKNOWN, List.copyOf(ops), Txn.NEVER, recorder.now());
    }
    return new Txn(
        process,
        client.node(),
        client.thread(),
        level,
        ended.outcome(),
        ended.ops(),
        invoked,
        ended.event(),
        invokedNanos,
        ended.nanos());
  }
}
