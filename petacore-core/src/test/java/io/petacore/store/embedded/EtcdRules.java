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
 * Which batches etcd refuses: those beyond its limits, those that put a key twice or delete it
 * before they put it. It takes a put before a delete, and two deletes, of one key: the {@link
 * BatchRules} of the embedded store are stricter, and would hide a planner who lets that happen.
 */
final class EtcdRules {
  private final Set<Bytes> put = new HashSet<>();
  private final Set<Bytes> deleted = new HashSet<>();
  private long bytes;

  private EtcdRules() {}

  static void check(Batch batch, StoreLimits limits) {
    EtcdRules rules = new EtcdRules();
    int reads = batch.otherwiseRead().size();
    int depth = rules.level(batch.guards(), batch.operations(), reads);
    if (depth > limits.maxOperations()) {
      throw refused("etcdserver: too many operations in txn request");
    }
    if (rules.bytes > limits.maxRequestBytes()) {
      throw refused("etcdserver: request is too large");
    }
  }

  /** How many operations a level counts for: its own, and those of the deepest one below. */
  private int level(List<Guard> guards, List<Operation> operations, int reads) {
    int below = 0;
    for (Guard guard : guards) {
      bytes += BatchRules.BYTES_PER_STEP + guard.key().length();
    }
    for (Operation operation : operations) {
      bytes += BatchRules.BYTES_PER_STEP;
      if (operation instanceof Operation.Group group) {
        below = Math.max(below, level(group.guards(), group.operations(), 0));
      } else if (operation instanceof Operation.Put one) {
        bytes += one.key().length() + one.value().length();
        if (deleted.contains(one.key()) || !put.add(one.key())) {
          throw refused("etcdserver: duplicate key given in txn request");
        }
      } else if (operation instanceof Operation.Delete one) {
        bytes += one.key().length();
        deleted.add(one.key());
      }
    }
    return Math.max(reads, Math.max(guards.size(), operations.size())) + below;
  }

  private static StoreException refused(String message) {
    return new StoreException(StoreException.Kind.REJECTED, message, null);
  }
}
