package io.petacore.history;

import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A history indexed by key. A transaction of unknown outcome counts as committed if a committed
 * transaction has seen one of its writes. Its reads are ignored, since they may come from an
 * attempt that was not committed.
 */
final class Evidence {

  private final List<Txn> txns;
  private final Map<String, KeyEvidence> keys = new LinkedHashMap<>();
  private final BitSet committed = new BitSet();

  Evidence(History history) {
    this.txns = history.txns();
    for (int txn = 0; txn < txns.size(); txn++) {
      sort(txn);
    }
    for (KeyEvidence key : keys.values()) {
      for (KeyEvidence.Read read : key.reads()) {
        read.seen().forEach(value -> seen(key.writer(value)));
      }
    }
  }

  private void sort(int txn) {
    boolean ok = txns.get(txn).outcome() == Outcome.OK;
    committed.set(txn, ok);
    List<MicroOp> ops = txns.get(txn).ops();
    Map<String, Integer> lastWrites = new HashMap<>();
    for (int i = 0; i < ops.size(); i++) {
      if (ops.get(i).writes()) {
        lastWrites.put(ops.get(i).key(), i);
      }
    }
    Map<String, Boolean> written = new HashMap<>();
    for (int i = 0; i < ops.size(); i++) {
      MicroOp op = ops.get(i);
      KeyEvidence key =
          keys.computeIfAbsent(op.key(), name -> new KeyEvidence(name, op.isOfList()));
      if (key.isList() != op.isOfList()) {
        throw new IllegalArgumentException(op.key() + " is used as a list and as a register");
      }
      if (op.writes()) {
        written.put(op.key(), true);
        key.addWrite(
            op.written(), new KeyEvidence.Write(txn, lastWrites.getOrDefault(op.key(), i) == i));
      } else if (ok) {
        key.addRead(new KeyEvidence.Read(txn, op.seen(), !written.containsKey(op.key())));
      }
    }
  }

  private void seen(KeyEvidence.@Nullable Write write) {
    if (write != null && txns.get(write.txn()).outcome() == Outcome.UNKNOWN) {
      committed.set(write.txn());
    }
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
