package io.petacore.history;

import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.Transaction;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a transaction is going to do. A list is stored as its elements with blanks between them, so
 * that an append reads the list, too; whatever reads such a list under Read Committed and appends
 * to it may lose what others appended meanwhile, and is allowed to.
 *
 * @param level the level at which to run it
 * @param ops its steps; what reads will find is not yet known
 */
public record Plan(IsolationLevel level, List<MicroOp> ops) {

  /** Keeps a copy. */
  public Plan {
    ops = List.copyOf(ops);
  }

  /** The body: does the steps, and notes them. */
  public void run(Transaction tx, Recording recording) {
    run(tx, recording, () -> {});
  }

  /**
   * The same, with something done after each step: a body takes microseconds by itself, so hardly
   * anything would happen between two of its reads.
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
