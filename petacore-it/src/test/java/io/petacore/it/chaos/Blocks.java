package io.petacore.it.chaos;

import io.petacore.DistributedStorage;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.ReadView;
import io.petacore.transaction.Transaction;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

/**
 * Large transactions, which require the exclusive commit lock under concurrent commits: each writes
 * the next number to all keys of a block. At every revision on every node all keys have the same
 * number.
 */
final class Blocks implements Traffic {

  /** More than a nested group can hold at the default limits. */
  private static final int KEYS = 160;

  /** One in this many steps writes; more would mainly use disk space. */
  private static final int STEPS = 30;

  private static final KeyRange ALL = KeyRange.prefix("block/");

  @Override
  public void prepare(DistributedStorage storage) {
    storage.runTransaction(tx -> write(tx, 0));
  }

  @Override
  public void step(Client client) {
    if (client.random().nextInt(STEPS) != 0) {
      client.read(IsolationLevel.SNAPSHOT, this::check);
      return;
    }
    client.transact(
        IsolationLevel.SNAPSHOT,
        tx -> write(tx, 1 + Long.parseLong(Objects.requireNonNull(tx.read(key(0))))));
  }

  private static void write(Transaction tx, long number) {
    for (int i = 0; i < KEYS; i++) {
      tx.write(key(i), Long.toString(number));
    }
  }

  private static String key(int index) {
    return "block/" + index;
  }

  @Override
  public void check(ReadView view) {
    int keys = 0;
    Set<String> numbers = new HashSet<>();
    for (Entry entry : view.scan(ALL)) {
      keys++;
      numbers.add(entry.value().toUtf8());
    }
    if (keys != KEYS || numbers.size() != 1) {
      throw new AssertionError(
          "block: " + keys + " keys with " + numbers + " at revision " + view.revision());
    }
  }
}
