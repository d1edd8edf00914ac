package io.petacore.it.chaos;

import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.it.Ledger;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.ReadView;
import io.petacore.transaction.Snapshot;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The set to which every transaction adds an element; transactions of this workload do nothing
 * else. Half of them have no guards, so that only the session fence prevents them from being
 * applied twice.
 *
 * <p><b>Invariant.</b> Elements of committed transactions exist on every node, those of
 * transactions that were reported as not applied on none.
 */
final class SetOfAll implements Traffic {

  private static final KeyRange ALL = KeyRange.prefix(Client.SET);

  @Override
  public void step(Client client) {
    client.transact(
        client.random().nextBoolean() ? IsolationLevel.READ_COMMITTED : IsolationLevel.SNAPSHOT,
        tx -> {});
  }

  @Override
  public void verify(List<Node> nodes, Ledger ledger) {
    for (Node node : nodes) {
      try (Snapshot view = node.storage().snapshot()) {
        verify(view, ledger, node.name());
      }
    }
  }

  private static void verify(ReadView view, Ledger ledger, String where) {
    Set<String> present = new HashSet<>();
    for (Entry element : view.scan(ALL)) {
      present.add(element.key().toUtf8());
    }
    for (String element : ledger.keys()) {
      if (element.startsWith(Client.SET)) {
        Ledger.Outcome outcome = ledger.outcome(element);
        boolean exists = present.remove(element);
        require(
            exists ? outcome != Ledger.Outcome.NOT_APPLIED : outcome != Ledger.Outcome.COMMITTED,
            element
                + (exists ? " is on " : " is missing on ")
                + where
                + ", but reported as "
                + outcome);
      }
    }
    require(present.isEmpty(), "unexpected elements on " + where + ": " + present);
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError("set: " + what);
    }
  }
}
