package io.petacore.store.embedded;

import io.petacore.data.Bytes;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.KeyValue;
import io.petacore.store.Operation;
import io.petacore.store.StoreException;
import java.util.ArrayList;
import java.util.List;

/** Makes revisions: of batches, and of leases that end. Used under the store's lock only. */
final class Committer {
  private final KeySpace keys;
  private final Leases leases;

  Committer(KeySpace keys, Leases leases) {
    this.keys = keys;
    this.leases = leases;
  }

  /** Judges a batch that obeys the {@link BatchRules}, and does what its guards allow. */
  BatchResult commit(Batch batch) {
    Judgement judgement = new Judgement(batch, this::modRevision);
    if (!judgement.applied()) {
      return new BatchResult(false, keys.newest(), List.of(), present(batch.otherwiseRead()));
    }
    for (Operation change : judgement.changes()) {
      requireLease(change);
    }
    keys.apply(judgement.changes());
    return new BatchResult(true, keys.newest(), List.copyOf(judgement.groups()), List.of());
  }

  /** Ends every lease that is past its time, each in a revision of its own. */
  void expire(long now) {
    for (long due = leases.due(now); due != Leases.NONE; due = leases.due(now)) {
      end(due);
    }
  }

  /** Ends a lease and deletes its keys in one revision, if it has not ended. */
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
