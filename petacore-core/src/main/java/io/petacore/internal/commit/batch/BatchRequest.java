package io.petacore.internal.commit.batch;

import io.petacore.data.Bytes;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.store.Batch;
import io.petacore.store.Guard;
import io.petacore.store.KeyValue;
import io.petacore.store.Operation;
import java.util.ArrayList;
import java.util.List;

/**
 * The frame of a request: the guards of all of it, as they are when it is sent, and the keys that
 * it reads if they fail.
 *
 * @param fenceKey the key of the session's fence in the store
 * @param fenceRevision the mod revision of that fence
 * @param lockRevision the mod revision of the exclusive commit lock if this session holds it; 0 if
 *     no session may hold it
 * @param recordRevision the mod revision of the commit record, as applied here
 */
public record BatchRequest(
    Namespace namespace,
    Bytes fenceKey,
    long fenceRevision,
    long lockRevision,
    long recordRevision) {

  /** A request that commits a batch. */
  public Batch commit(BatchPlanner.Plan plan, BatchLayout.Layout layout) {
    List<Guard> guards = guards();
    List<Operation> operations = layout.operations();
    if (plan.large()) {
      // No node has committed since every key was found unchanged: one guard stands for all.
      guards.add(new Guard.OfKey(recordKey(), recordRevision));
      if (lockRevision != 0) {
        operations = new ArrayList<>(operations);
        operations.add(new Operation.Group(List.of(), List.of(new Operation.Delete(lockKey()))));
      }
    }
    return new Batch(guards, operations, List.of(fenceKey, lockKey(), recordKey()));
  }

  /** A request about the exclusive commit lock, under the same guards. */
  public Batch changeLock(List<Operation> operations) {
    return new Batch(guards(), operations, lockReads());
  }

  /**
   * A request that removes the exclusive commit lock from a holder whose session has ended.
   *
   * @param modRevision the lock's mod revision
   * @param holderFence the key of the holder's fence, without namespace
   * @param holderRevision the mod revision of that fence, which has no lease; 0 if it is absent
   * @param recordPut the write of the commit record
   */
  public Batch removeOrphanedLock(
      long modRevision, Bytes holderFence, long holderRevision, Operation.Put recordPut) {
    Bytes holder = namespace.toStore(holderFence);
    List<Operation> operations = new ArrayList<>();
    operations.add(new Operation.Delete(lockKey()));
    operations.add(recordPut);
    if (holderRevision != 0) {
      operations.add(new Operation.Delete(holder));
    }
    return new Batch(
        List.of(
            new Guard.OfKey(fenceKey, fenceRevision),
            new Guard.OfKey(lockKey(), modRevision),
            new Guard.OfKey(holder, holderRevision)),
        operations,
        List.of(fenceKey, lockKey(), holder));
  }

  /**
   * Whether what a refused request has read is newer than its guards. If not, the store has shown
   * nothing that must be applied first, and the same request would be refused again.
   *
   * @param withRecord whether the commit record is guarded, too
   */
  public boolean isOvertakenBy(List<KeyValue> found, boolean withRecord) {
    for (KeyValue kv : found) {
      boolean newer =
          kv.key().equals(fenceKey)
              ? kv.modRevision() > fenceRevision
              : kv.key().equals(lockKey())
                  ? kv.modRevision() > lockRevision
                  : withRecord && kv.modRevision() > recordRevision;
      if (newer) {
        return true;
      }
    }
    return false;
  }

  /** The key of the exclusive commit lock in the store. */
  public Bytes lockKey() {
    return namespace.toStore(ReservedKeys.EXCLUSIVE_LOCK);
  }

  private List<Guard> guards() {
    List<Guard> guards = new ArrayList<>(3);
    guards.add(new Guard.OfKey(fenceKey, fenceRevision));
    guards.add(new Guard.OfKey(lockKey(), lockRevision));
    return guards;
  }

  private List<Bytes> lockReads() {
    return List.of(fenceKey, lockKey());
  }

  private Bytes recordKey() {
    return namespace.toStore(ReservedKeys.COMMIT_RECORD);
  }
}
