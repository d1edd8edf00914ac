package io.petacore.internal.commit;

import io.petacore.data.Bytes;
import io.petacore.error.TransactionTooLargeException;
import io.petacore.internal.format.CommitRecord;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.store.Batch;
import io.petacore.store.Guard;
import io.petacore.store.Operation;
import io.petacore.store.StoreLimits;
import java.util.ArrayList;
import java.util.List;

/**
 * Lays a checked transaction out as a request: the commit record first, then the delete fences it
 * writes, as a group without guards, then the transaction as a group under its guards.
 *
 * <p>The commit record is written even when the guards fail, so a conflict has a revision that the
 * retry can wait for. A fence written in vain costs others a second check, nothing more.
 */
final class BatchLayout {

  private static final int RECORD_AND_GROUPS = 3;
  private static final int OPERATION_OVERHEAD = 24;
  private static final int GUARD_OVERHEAD = 24;

  private final Namespace namespace;
  private final StoreLimits limits;

  BatchLayout(Namespace namespace, StoreLimits limits) {
    this.namespace = namespace;
    this.limits = limits;
  }

  /**
   * The request for a transaction alone.
   *
   * @throws TransactionTooLargeException if it is more than one request can carry
   */
  Batch single(CommitRecord record, CommitCheck.Result.Clear transaction) {
    requireCount(transaction);
    List<Operation> operations = new ArrayList<>(RECORD_AND_GROUPS);
    operations.add(
        new Operation.Put(namespace.toStore(ReservedKeys.COMMIT_RECORD), record.encode()));
    if (!transaction.bumps().isEmpty()) {
      operations.add(new Operation.Group(List.of(), bumps(transaction)));
    }
    operations.add(new Operation.Group(guards(transaction), writes(transaction)));
    requireSize(transaction);
    return new Batch(List.of(), operations, List.of());
  }

  private void requireCount(CommitCheck.Result.Clear transaction) {
    int room = limits.maxOperations() - RECORD_AND_GROUPS;
    int wanted =
        Math.max(
            transaction.bumps().size(),
            Math.max(transaction.guards().size(), transaction.writes().size()));
    if (wanted > room) {
      throw new TransactionTooLargeException(
          "the transaction needs "
              + wanted
              + " operations (writes, or guards on what it read, whichever is more; a created key"
              + " needs two guards); one request carries "
              + room
              + ": split it");
    }
  }

  private void requireSize(CommitCheck.Result.Clear transaction) {
    long bytes = 0;
    int prefix = namespace.prefix().length();
    for (Bytes key : transaction.guards().keySet()) {
      bytes += prefix + key.length() + GUARD_OVERHEAD;
    }
    for (Bytes key : transaction.bumps()) {
      bytes += prefix + key.length() + OPERATION_OVERHEAD;
    }
    for (Write write : transaction.writes()) {
      Bytes value = write.value();
      bytes += prefix + write.key().length() + OPERATION_OVERHEAD;
      bytes += value == null ? 0 : value.length();
    }
    if (bytes > limits.maxRequestBytes()) {
      throw new TransactionTooLargeException(
          "the transaction has "
              + bytes
              + " bytes; one request carries "
              + limits.maxRequestBytes()
              + ": split it");
    }
  }

  private List<Operation> bumps(CommitCheck.Result.Clear transaction) {
    List<Operation> puts = new ArrayList<>(transaction.bumps().size());
    for (Bytes fence : transaction.bumps()) {
      puts.add(new Operation.Put(namespace.toStore(fence), Bytes.EMPTY));
    }
    return puts;
  }

  private List<Guard> guards(CommitCheck.Result.Clear transaction) {
    List<Guard> guards = new ArrayList<>(transaction.guards().size());
    transaction
        .guards()
        .forEach((key, revision) -> guards.add(new Guard(namespace.toStore(key), revision)));
    return guards;
  }

  private List<Operation> writes(CommitCheck.Result.Clear transaction) {
    List<Operation> operations = new ArrayList<>(transaction.writes().size());
    for (Write write : transaction.writes()) {
      Bytes key = namespace.toStore(write.key());
      Bytes value = write.value();
      operations.add(value == null ? new Operation.Delete(key) : new Operation.Put(key, value));
    }
    return operations;
  }
}
