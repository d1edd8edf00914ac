package io.petacore.internal.commit;

import io.petacore.data.Bytes;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.store.Batch;
import io.petacore.store.Guard;
import io.petacore.store.Operation;
import java.util.ArrayList;
import java.util.List;

/**
 * The frame of every request: the guards that hold for all of it, as they stand when it is sent,
 * and what is read if they fail.
 *
 * @param fenceRevision the mod revision of the session's fence
 * @param turnRevision the mod revision of the turn if the session holds it; 0: nobody may hold it
 * @param recordRevision the mod revision of the commit record, as applied here
 */
record BatchRequest(
    Namespace namespace,
    Session session,
    long fenceRevision,
    long turnRevision,
    long recordRevision) {

  /** A request that commits what was planned. */
  Batch of(BatchPlanner.Plan plan, BatchLayout.Laid laid) {
    List<Guard> guards = guards();
    List<Operation> operations = laid.operations();
    if (plan.whole()) {
      // Nobody has committed since every key was found unchanged: one guard stands for all.
      guards.add(new Guard(recordKey(), recordRevision));
      if (turnRevision != 0) {
        operations = new ArrayList<>(operations);
        operations.add(new Operation.Group(List.of(), List.of(new Operation.Delete(turnKey()))));
      }
    }
    return new Batch(guards, operations, List.of(session.fenceKey(), turnKey(), recordKey()));
  }

  /** A request that takes the turn, which ends with the session at the latest. */
  Batch takingTurn() {
    return new Batch(
        guards(),
        List.of(
            session.leasedPut(turnKey(), ExclusiveLockState.nameOf(session.id())),
            session.recordPut()),
        List.of(session.fenceKey(), turnKey()));
  }

  /** A request that gives the turn back. */
  Batch givingTurnBack() {
    return new Batch(
        guards(),
        List.of(new Operation.Delete(turnKey()), session.recordPut()),
        List.of(session.fenceKey(), turnKey()));
  }

  /**
   * A request that removes the lock from a holder that is gone.
   *
   * @param lockRevision the lock's mod revision
   * @param fence the key of the holder's fence, without namespace
   * @param deadRevision the mod revision of that fence, which no lease ends; 0 if it is absent
   */
  Batch removingOrphan(long lockRevision, Bytes fence, long deadRevision) {
    Bytes holder = namespace.toStore(fence);
    List<Operation> operations = new ArrayList<>();
    operations.add(new Operation.Delete(turnKey()));
    operations.add(session.recordPut());
    if (deadRevision != 0) {
      operations.add(new Operation.Delete(holder));
    }
    return new Batch(
        List.of(
            new Guard(session.fenceKey(), fenceRevision),
            new Guard(turnKey(), lockRevision),
            new Guard(holder, deadRevision)),
        operations,
        List.of(session.fenceKey(), turnKey()));
  }

  private List<Guard> guards() {
    List<Guard> guards = new ArrayList<>(3);
    guards.add(new Guard(session.fenceKey(), fenceRevision));
    guards.add(new Guard(turnKey(), turnRevision));
    return guards;
  }

  private Bytes turnKey() {
    return namespace.toStore(ReservedKeys.EXCLUSIVE_LOCK);
  }

  private Bytes recordKey() {
    return namespace.toStore(ReservedKeys.COMMIT_RECORD);
  }
}
