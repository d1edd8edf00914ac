package io.petacore.history;

import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.Transaction;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The operations that a transaction is going to run. A list is stored as its elements separated by
 * spaces, so an append reads the list first. Under Read Committed an append may therefore overwrite
 * concurrent appends, which that level allows.
 *
 * @param level the isolation level to run at
 * @param ops the operations; the results of reads are not known yet
 */
public record Plan(IsolationLevel level, List<MicroOp> ops) {

  /** Copies the operations. */
  public Plan {
    ops = List.copyOf(ops);
  }

  /** Runs the operations as the body of a transaction, and records them. */
  public void run(Transaction tx, Recording recording) {
    run(tx, recording, () -> {});
  }

  /**
   * Runs the operations, with an action after each: a body takes microseconds otherwise, so hardly
   * any commit would come between two of its reads.
   */
  public void run(Transaction tx, Recording recording, Runnable between) {
    recording.restart();
    for (MicroOp op : ops) {
      recording.note(run(tx, op));
      between.run();
    }
  }

  private static MicroOp run(Transaction tx, MicroOp op) {
    String key = op.key();
    @Nullable String value = op.isOfList() || !op.writes() ? tx.read(key) : null;
    if (op.writes()) {
      String written = Long.toString(op.written());
      tx.write(key, op.isOfList() && value != null ? value + " " + written : written);
      return op;
    }
    if (op.isOfList()) {
      return new MicroOp.ListRead(key, elements(value));
    }
    return new MicroOp.RegisterRead(key, value == null ? null : Long.valueOf(value));
  }

  private static List<Long> elements(@Nullable String list) {
    List<Long> elements = new ArrayList<>();
    if (list != null) {
      for (String element : list.split(" ", -1)) {
        elements.add(Long.valueOf(element));
      }
    }
    return elements;
  }
}
