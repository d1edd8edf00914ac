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
 * The batches that etcd rejects: the ones beyond its limits, and the ones that put a key twice, or
 * put and delete it. Etcd accepts a put in one group beside a delete in a later group of the same
 * level, and two deletes anywhere. The {@link BatchRules} of the embedded store are stricter, and
 * would hide a planner that lets that happen.
 */
final class EtcdRules {

  /** The keys that a level and those below it put and delete. */
  private record Changes(Set<Bytes> puts, Set<Bytes> deletes) {
    void put(Bytes key) {
      if (deletes.contains(key) || !puts.add(key)) {
        throw refused("etcdserver: duplicate key given in txn request");
      }
    }
  }

  private long bytes;

  private EtcdRules() {}

  static void check(Batch batch, StoreLimits limits) {
    EtcdRules rules = new EtcdRules();
    int reads = batch.otherwiseRead().size();
    int depth = rules.level(batch.guards(), batch.operations(), reads);
    changes(batch.operations());
    if (depth > limits.maxOperations()) {
      throw refused("etcdserver: too many operations in txn request");
    }
    if (rules.bytes > limits.maxRequestBytes()) {
      throw refused("etcdserver: request is too large");
    }
  }

  /** Returns the number of operations of a level: its own, and those of the deepest level below. */
  private int level(List<Guard> guards, List<Operation> operations, int reads) {
    int below = 0;
    for (Guard guard : guards) {
      if (guard instanceof Guard.OfKey one) {
        bytes += BatchRules.BYTES_PER_STEP + one.key().length();
      } else if (guard instanceof Guard.OfRange range) {
        bytes += BatchRules.bytesOf(range);
      }
    }
    for (Operation operation : operations) {
      bytes += BatchRules.BYTES_PER_STEP;
      if (operation instanceof Operation.Group group) {
        below = Math.max(below, level(group.guards(), group.operations(), 0));
      } else if (operation instanceof Operation.Put one) {
        bytes += one.key().length() + one.value().length();
      } else if (operation instanceof Operation.Delete one) {
        bytes += one.key().length();
      }
    }
    return Math.max(reads, Math.max(guards.size(), operations.size())) + below;
  }

  /** Follows etcd's {@code checkIntervals}: deletes, then groups in order, then puts. */
  private static Changes changes(List<Operation> operations) {
    Changes level = new Changes(new HashSet<>(), new HashSet<>());
    for (Operation operation : operations) {
      if (operation instanceof Operation.Delete one) {
        level.deletes().add(one.key());
      }
    }
    for (Operation operation : operations) {
      if (operation instanceof Operation.Group group) {
        Changes below = changes(group.operations());
        below.puts().forEach(level::put);
        level.deletes().addAll(below.deletes());
      }
    }
    for (Operation operation : operations) {
      if (operation instanceof Operation.Put one) {
        level.put(one.key());
      }
    }
    return level;
  }

  private static StoreException refused(String message) {
    return new StoreException(StoreException.Kind.REJECTED, message, null);
  }
}
