package io.petacore.history;

import io.petacore.history.MicroOp.PointOp;
import io.petacore.history.MicroOp.RangeRead;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A history indexed by key. A read of a range is a read of every key of the history in the range. A
 * transaction of unknown outcome counts as committed if a committed transaction has seen one of its
 * values. Its reads are ignored, since they may come from an attempt that was not committed.
 */
final class Evidence {

  private final List<Txn> txns;
  private final Keys names;
  private final Map<String, KeyEvidence> keys = new LinkedHashMap<>();
  private final BitSet committed = new BitSet();

  Evidence(History history) {
    this.txns = history.txns();
    this.names = new Keys(txns);
    names.lists().forEach((key, list) -> keys.put(key, new KeyEvidence(key, list)));
    for (int txn = 0; txn < txns.size(); txn++) {
      sort(txn);
    }
    for (KeyEvidence key : keys.values()) {
      for (KeyEvidence.Read read : key.reads()) {
        read.seen().forEach(value -> seen(key.writer(value)));
      }
      new AbsentReads(key, this).start();
    }
  }

  private void sort(int txn) {
    boolean ok = txns.get(txn).outcome() == Outcome.OK;
    committed.set(txn, ok);
    Map<String, PointOp> lastWrites = new HashMap<>();
    for (MicroOp op : txns.get(txn).ops()) {
      if (op instanceof PointOp point && point.writes()) {
        lastWrites.put(point.key(), point);
      }
    }
    Set<String> written = new HashSet<>();
    for (MicroOp op : txns.get(txn).ops()) {
      for (PointOp point : names.points(op)) {
        KeyEvidence key = key(point.key());
        if (point.writes()) {
          boolean delete = point instanceof MicroOp.Delete;
          if (!written.add(point.key()) && delete) {
            throw new IllegalArgumentException(
                point.key() + " is deleted by a transaction that had written it");
          }
          boolean last = point.equals(lastWrites.get(point.key()));
          key.addWrite(point.written(), new KeyEvidence.Write(txn, last, delete));
        } else if (ok) {
          boolean external = !written.contains(point.key());
          boolean predicate = op instanceof RangeRead && point.seen().isEmpty();
          key.addRead(txn, point.seen(), external, predicate);
        }
      }
    }
  }

  private void seen(KeyEvidence.@Nullable Write write) {
    if (write != null && txns.get(write.txn()).outcome() == Outcome.UNKNOWN) {
      committed.set(write.txn());
    }
  }

  /** Returns what a transaction did to each key. */
  List<PointOp> points(int txn) {
    List<PointOp> points = new ArrayList<>();
    txn(txn).ops().forEach(op -> points.addAll(names.points(op)));
    return points;
  }

  List<Txn> txns() {
    return txns;
  }

  Txn txn(int number) {
    return txns.get(number);
  }

  /** Returns the transaction that wrote a value. */
  Txn writer(KeyEvidence key, long value) {
    return txn(Objects.requireNonNull(key.writer(value)).txn());
  }

  Collection<KeyEvidence> keys() {
    return keys.values();
  }

  KeyEvidence key(String name) {
    return Objects.requireNonNull(keys.get(name));
  }

  boolean isCommitted(int txn) {
    return committed.get(txn);
  }

  /**
   * Returns the indexes of the transactions that count as committed, in the order in which they
   * began.
   */
  int[] committed() {
    return committed.stream().toArray();
  }
}
