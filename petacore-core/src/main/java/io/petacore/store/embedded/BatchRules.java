package io.petacore.store.embedded;

import io.petacore.data.Bytes;
import io.petacore.store.Batch;
import io.petacore.store.Guard;
import io.petacore.store.Operation;
import io.petacore.store.StoreException;
import io.petacore.store.StoreLimits;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Validates a batch independently of the store's contents: keys are not empty, no key is changed
 * twice, and the limits on operations and bytes are respected. Groups count whether or not their
 * guards hold.
 */
final class BatchRules {

  /** The bytes counted for a guard, operation or read besides key and value; etcd needs no more. */
  static final int BYTES_PER_STEP = 32;

  private final StoreLimits limits;
  private final Set<Bytes> changed = new HashSet<>();
  private long bytes;

  private BatchRules(StoreLimits limits) {
    this.limits = limits;
  }

  /** Throws {@link StoreException.Kind#REJECTED} if the batch breaks a rule. */
  static void check(Batch batch, StoreLimits limits) {
    BatchRules rules = new BatchRules(limits);
    for (Bytes key : batch.otherwiseRead()) {
      rules.key(key);
    }
    rules.level(
        batch.guards(), batch.operations(), batch.otherwiseRead().size(), limits.maxOperations());
    if (rules.bytes > limits.maxRequestBytes()) {
      throw rejected(
          "the request has "
              + rules.bytes
              + " bytes, the limit is "
              + limits.maxRequestBytes()
              + ": send less at a time");
    }
  }

  /**
   * Checks a nesting level and those below it.
   *
   * @param left the operations that the levels above leave of the limit. Every level with a nested
   *     one uses at least one of them, so the limit also bounds the recursion.
   */
  private void level(List<Guard> guards, List<Operation> operations, int reads, int left) {
    int here = Math.max(reads, Math.max(guards.size(), operations.size()));
    if (here > left) {
      throw rejected(
          "too many operations: one level has "
              + here
              + ", and the limit of "
              + limits.maxOperations()
              + " leaves it "
              + left);
    }
    for (Guard guard : guards) {
      if (guard instanceof Guard.OfKey one) {
        key(one.key());
      } else if (guard instanceof Guard.OfRange range) {
        bytes += bytesOf(range);
      }
    }
    for (Operation operation : operations) {
      if (operation instanceof Operation.Put put) {
        change(put.key());
        bytes += put.value().length();
      } else if (operation instanceof Operation.Delete delete) {
        change(delete.key());
      } else if (operation instanceof Operation.Group group) {
        bytes += BYTES_PER_STEP;
        level(group.guards(), group.operations(), 0, left - here);
      }
    }
  }

  /** The bytes counted for a guard over a range. */
  static int bytesOf(Guard.OfRange guard) {
    Bytes to = guard.range().to();
    return BYTES_PER_STEP + guard.range().from().length() + (to == null ? 1 : to.length());
  }

  private void change(Bytes key) {
    key(key);
    if (!changed.add(key)) {
      throw rejected("the batch changes the key " + key + " twice");
    }
  }

  private void key(Bytes key) {
    if (key.isEmpty()) {
      throw rejected("the batch has an empty key");
    }
    bytes += BYTES_PER_STEP + key.length();
  }

  private static StoreException rejected(String message) {
    return new StoreException(StoreException.Kind.REJECTED, message, null);
  }
}
