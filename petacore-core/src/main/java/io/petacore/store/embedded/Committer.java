package io.petacore.store.embedded;

import io.petacore.data.Bytes;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.KeyValue;
import io.petacore.store.Operation;
import io.petacore.store.StoreException;
import java.util.ArrayList;
import java.util.List;

/** Creates revisions from batches and from leases that expire. Guarded by the store's lock. */
final class Committer {
  private final KeySpace keys;
  private final Leases leases;

  Committer(KeySpace keys, Leases leases) {
    this.keys = keys;
    this.leases = leases;
  }

  /** Commits a batch that satisfies the {@link BatchRules}, as far as its guards hold. */
  BatchResult commit(Batch batch) {
    GuardEvaluation evaluation = new GuardEvaluation(batch, this::modRevision, keys::newestIn);
    if (!evaluation.applied()) {
      return new BatchResult(false, keys.newest(), List.of(), present(batch.otherwiseRead()));
    }
    for (Operation change : evaluation.changes()) {
      requireLease(change);
    }
    keys.apply(evaluation.changes());
    return new BatchResult(true, keys.newest(), List.copyOf(evaluation.groups()), List.of());
  }

  /** Expires the leases that are due, each in a revision of its own. */
  void expire(long now) {
    for (long due = leases.due(now); due != Leases.NONE; due = leases.due(now)) {
      end(due);
    }
  }

  /** Ends a lease, if it has not ended before, and deletes its keys in one revision. */
  long end(long lease) {
    List<Operation> deletes = new ArrayList<>();
    for (Bytes key : leases.end(lease)) {
      deletes.add(new Operation.Delete(key));
    }
    keys.apply(deletes);
    return keys.newest();
  }

  private void requireLease(Operation change) {
    if (change instanceof Operation.Put put
        && put.lease() != Leases.NONE
        && !leases.isGranted(put.lease())) {
      throw new StoreException(
          StoreException.Kind.LEASE_NOT_FOUND,
          "the lease " + put.lease() + " of the key " + put.key() + " has ended",
          null);
    }
  }

  private List<KeyValue> present(List<Bytes> wanted) {
    List<KeyValue> found = new ArrayList<>();
    for (Bytes key : wanted) {
      Version version = keys.current(key);
      KeyValue value = version == null ? null : version.of(key);
      if (value != null) {
        found.add(value);
      }
    }
    return List.copyOf(found);
  }

  private long modRevision(Bytes key) {
    Version version = keys.current(key);
    return version == null ? 0 : version.revision;
  }
}
