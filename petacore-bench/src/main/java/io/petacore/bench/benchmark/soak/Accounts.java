package io.petacore.bench.benchmark.soak;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.transaction.ReadView;
import java.util.Random;

/** Accounts with transfers between them: their sum is the same at every revision. */
final class Accounts {

  private static final long OPENING_BALANCE = 1_000;
  private static final int TRANSFERS = 50;
  static final int UPDATES = 2 * TRANSFERS;

  private final Bytes[] keys;

  Accounts(int count) {
    keys = new Bytes[count];
    for (int i = 0; i < count; i++) {
      keys[i] = Bytes.utf8("account/" + i);
    }
  }

  void open(DistributedStorage storage) {
    for (Bytes key : keys) {
      storage.runTransaction(tx -> tx.write(key, balance(OPENING_BALANCE)));
    }
  }

  /** Transfers an amount between each of many pairs of accounts, in one transaction. */
  void transfer(DistributedStorage storage, Random random) {
    int first = random.nextInt(keys.length);
    int amount = 1 + random.nextInt(9);
    storage.runTransaction(
        tx -> {
          for (int i = 0; i < TRANSFERS; i++) {
            Bytes from = keys[(first + 2 * i) % keys.length];
            Bytes to = keys[(first + 2 * i + 1) % keys.length];
            tx.write(from, balance(balance(tx, from) - amount));
            tx.write(to, balance(balance(tx, to) + amount));
          }
        });
  }

  /**
   * Reads one account.
   *
   * @throws IllegalStateException if it is absent
   */
  void readOne(ReadView view, Random random) {
    Bytes key = keys[random.nextInt(keys.length)];
    if (view.read(key) == null) {
      throw new IllegalStateException("the account " + key + " is absent");
    }
  }

  /**
   * Scans all accounts, in ascending or descending order.
   *
   * @throws IllegalStateException if the sum is wrong
   */
  void check(ReadView view, boolean descending) {
    KeyRange all = KeyRange.prefix("account/");
    long sum = 0;
    for (Entry entry : descending ? view.scanDescending(all) : view.scan(all)) {
      sum += Long.parseLong(entry.value().toUtf8());
    }
    if (sum != keys.length * OPENING_BALANCE) {
      throw new IllegalStateException("a scan at revision " + view.revision() + " sums to " + sum);
    }
  }

  private static long balance(ReadView view, Bytes key) {
    Bytes value = view.read(key);
    return value == null ? 0 : Long.parseLong(value.toUtf8());
  }

  private static Bytes balance(long amount) {
    return Bytes.utf8(Long.toString(amount));
  }
}
