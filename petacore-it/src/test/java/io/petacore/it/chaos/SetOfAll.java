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
 * The set that every client adds to in every transaction; its own do nothing else. Half of them are
 * unguarded, so that nothing but the fence of the session keeps one from being applied twice.
 *
 * <p>Every element of which it was told that it was added is there, on every node, and none of
 * which it was told that it was not.
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
  public void judge(List<Node> atRest, Ledger ledger) {
    for (Node node : atRest) {
      try (Snapshot view = node.storage().snapshot()) {
        judge(view, ledger, node.name());
      }
    }
  }

  private static void judge(ReadView view, Ledger ledger, String where) {
    Set<String> present = new HashSet<>();
    for (Entry element : view.scan(ALL)) {
      present.add(element.key().toUtf8());
    }
    for (String element : ledger.keys()) {
      if (element.startsWith(Client.SET)) {
        Ledger.Told told = ledger.told(element);
        boolean there = present.remove(element);
        require(
            there ? told != Ledger.Told.NOT_APPLIED : told != Ledger.Told.COMMITTED,
            element + (there ? " is on " : " is missing on ") + where + ", and told was " + told);
      }
    }
    require(present.isEmpty(), "added by nobody, on " + where + ": " + present);
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError("set: " + what);
    }
  }
}
