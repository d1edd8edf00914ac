package io.petacore.store.embedded;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.store.Batch;
import io.petacore.store.Guard;
import io.petacore.store.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Evaluates all guards of a batch, including those of nested groups, before anything is changed.
 */
final class GuardEvaluation {
  private final ToLongFunction<Bytes> modRevision;
  private final ToLongFunction<KeyRange> newestIn;
  private final List<Boolean> groups = new ArrayList<>();
  private final List<Operation> changes = new ArrayList<>();
  private final boolean applied;

  /**
   * @param modRevision returns the mod revision of a key, 0 if it is absent
   * @param newestIn returns the highest mod revision of the keys present in a range, 0 if there are
   *     none
   */
  GuardEvaluation(
      Batch batch, ToLongFunction<Bytes> modRevision, ToLongFunction<KeyRange> newestIn) {
    this.modRevision = modRevision;
    this.newestIn = newestIn;
    this.applied = hold(batch.guards());
    if (applied) {
      descend(batch.operations(), true);
    }
  }

  private void descend(List<Operation> operations, boolean runs) {
    for (Operation operation : operations) {
      if (operation instanceof Operation.Group group) {
        boolean inner = runs && hold(group.guards());
        groups.add(inner);
        descend(group.operations(), inner);
      } else if (runs) {
        changes.add(operation);
      }
    }
  }

  private boolean hold(List<Guard> guards) {
    for (Guard guard : guards) {
      if (!holds(guard)) {
        return false;
      }
    }
    return true;
  }

  private boolean holds(Guard guard) {
    if (guard instanceof Guard.OfKey key) {
      return modRevision.applyAsLong(key.key()) == key.modRevision();
    }
    Guard.OfRange range = (Guard.OfRange) guard;
    return newestIn.applyAsLong(range.range()) <= range.revision();
  }

  /** Whether the guards of the whole batch hold. */
  boolean applied() {
    return applied;
  }

  /** For each group, whether it runs, in the order in which groups begin; empty if not applied. */
  List<Boolean> groups() {
    return groups;
  }

  /** The puts and deletes that run, in order. */
  List<Operation> changes() {
    return changes;
  }
}
