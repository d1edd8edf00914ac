package io.petacore.history;

import io.petacore.data.Entry;
import io.petacore.history.MicroOp.PointOp;
import io.petacore.history.MicroOp.RangeRead;
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
    if (op instanceof RangeRead range) {
      List<PointOp> found = new ArrayList<>();
      for (Entry entry : tx.scan(range.range())) {
        found.add(read(entry.key().toUtf8(), entry.value().toUtf8(), range.lists()));
      }
      return new RangeRead(range.from(), range.to(), range.lists(), found);
    }
    PointOp point = (PointOp) op;
    String key = point.key();
    if (point instanceof MicroOp.Delete) {
      return delete(tx, point);
    }
    @Nullable String value = point.isOfList() || !point.writes() ? tx.read(key) : null;
    if (point.writes()) {
      String written = Long.toString(point.written());
      tx.write(key, point.isOfList() && value != null ? value + " " + written : written);
      return point;
    }
    return value == null
        ? PointOp.absent(key, point.isOfList())
        : read(key, value, point.isOfList());
  }

  private static PointOp delete(Transaction tx, PointOp delete) {
    boolean absent = tx.read(delete.key()) == null;
    tx.delete(delete.key());
    return absent && tx.isolation() != IsolationLevel.READ_COMMITTED
        ? PointOp.absent(delete.key(), false)
        : delete;
  }

  private static PointOp read(String key, String value, boolean list) {
    if (!list) {
      return new MicroOp.RegisterRead(key, Long.valueOf(value));
    }
    List<Long> elements = new ArrayList<>();
    for (String element : value.split(" ", -1)) {
      elements.add(Long.valueOf(element));
    }
    return new MicroOp.ListRead(key, elements);
  }
}
