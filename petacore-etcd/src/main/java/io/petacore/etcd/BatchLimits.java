package io.petacore.etcd;

import io.etcd.jetcd.api.TxnRequest;
import io.petacore.store.Batch;
import io.petacore.store.Operation;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import io.petacore.store.StoreLimits;
import java.util.List;

/** Rejects batches that exceed the limits of etcd, before they are sent. */
final class BatchLimits {

  private BatchLimits() {}

  /**
   * @throws StoreException {@link Kind#REJECTED}, with the size and the limit
   */
  static void check(Batch batch, TxnRequest encoded, StoreLimits limits) {
    int operations = operations(batch);
    if (operations > limits.maxOperations()) {
      throw tooLarge(operations, "guards or operations along one nesting", limits.maxOperations());
    }
    int bytes = encoded.getSerializedSize();
    if (bytes > limits.maxRequestBytes()) {
      throw tooLarge(bytes, "bytes", limits.maxRequestBytes());
    }
  }

  private static StoreException tooLarge(int number, String of, int limit) {
    return new StoreException(
        Kind.REJECTED, "the batch has " + number + " " + of + "; the limit is " + limit, null);
  }

  /**
   * Returns the operations that etcd counts: per level the longest of its lists, summed along the
   * deepest nesting.
   */
  static int operations(Batch batch) {
    int level =
        Math.max(
            Math.max(batch.guards().size(), batch.operations().size()),
            batch.otherwiseRead().size());
    return level + below(batch.operations());
  }

  private static int below(List<Operation> operations) {
    int most = 0;
    for (Operation operation : operations) {
      if (operation instanceof Operation.Group group) {
        int level = Math.max(group.guards().size(), group.operations().size());
        most = Math.max(most, level + below(group.operations()));
      }
    }
    return most;
  }
}
