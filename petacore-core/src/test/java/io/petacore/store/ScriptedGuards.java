package io.petacore.store;

import io.petacore.data.Bytes;
import java.util.List;
import java.util.Map;

/** Evaluates guards as etcd does: all of them in the state before the batch. */
final class ScriptedGuards {

  private ScriptedGuards() {}

  /** Whether all guards hold in a state. */
  static boolean hold(List<Guard> guards, Map<Bytes, KeyValue> state) {
    return guards.stream().allMatch(guard -> holds(guard, state));
  }

  private static boolean holds(Guard guard, Map<Bytes, KeyValue> state) {
    if (guard instanceof Guard.OfKey one) {
      KeyValue stored = state.get(one.key());
      return one.modRevision() == (stored == null ? 0 : stored.modRevision());
    }
    Guard.OfRange range = (Guard.OfRange) guard;
    return state.values().stream()
        .filter(stored -> range.range().contains(stored.key()))
        .allMatch(stored -> stored.modRevision() <= range.revision());
  }

  /** Adds, for each group, whether it runs, and the puts and deletes that run. */
  static void collect(
      List<Operation> operations,
      boolean runs,
      Map<Bytes, KeyValue> state,
      List<Boolean> groups,
      List<Operation> changes) {
    for (Operation operation : operations) {
      if (operation instanceof Operation.Group group) {
        boolean passes = runs && hold(group.guards(), state);
        groups.add(passes);
        collect(group.operations(), passes, state, groups, changes);
      } else if (runs) {
        changes.add(operation);
      }
    }
  }
}
