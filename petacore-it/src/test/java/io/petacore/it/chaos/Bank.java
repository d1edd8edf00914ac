package io.petacore.it.chaos;

import io.petacore.DistributedStorage;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.ReadView;
import io.petacore.transaction.Transaction;
import java.util.Objects;

/** Transfers between accounts: their sum is the same at every revision on every node. */
final class Bank implements Traffic {

  private static final int ACCOUNTS = 12;
  private static final int BALANCE = 1_000;
  private static final KeyRange ALL = KeyRange.prefix("bank/");

  @Override
  public void prepare(DistributedStorage storage) {
    storage.runTransaction(
        tx -> {
          for (int i = 0; i < ACCOUNTS; i++) {
            tx.write(account(i), Integer.toString(BALANCE));
          }
        });
  }

  @Override
  public void step(Client client) {
    if (client.random().nextInt(10) == 0) {
      // A scan reads one revision at either isolation level.
      client.read(IsolationLevel.READ_COMMITTED, this::check);
      client.read(IsolationLevel.SNAPSHOT, this::check);
      client.readUntilTooOld(Bank::checkOneByOne);
      return;
    }
    int from = client.random().nextInt(ACCOUNTS);
    int to = (from + 1 + client.random().nextInt(ACCOUNTS - 1)) % ACCOUNTS;
    int amount = 1 + client.random().nextInt(50);
    client.transact(
        IsolationLevel.SNAPSHOT,
        tx -> {
          add(tx, account(from), -amount);
          add(tx, account(to), amount);
        });
  }

  private static void checkOneByOne(ReadView view) {
    int accounts = 0;
    long sum = 0;
    for (int i = 0; i < ACCOUNTS; i++) {
      String balance = view.read(account(i));
      accounts += balance == null ? 0 : 1;
      sum += balance == null ? 0 : Long.parseLong(balance);
    }
    requireConsistent(accounts, sum, view);
  }

  private static String account(int number) {
    return "bank/" + number;
  }

  private static void add(Transaction tx, String account, int amount) {
    int balance = Integer.parseInt(Objects.requireNonNull(tx.read(account), account));
    tx.write(account, Integer.toString(balance + amount));
  }

  @Override
  public void check(ReadView view) {
    int accounts = 0;
    long sum = 0;
    for (Entry account : view.scan(ALL)) {
      accounts++;
      sum += Long.parseLong(account.value().toUtf8());
    }
    requireConsistent(accounts, sum, view);
  }

  private static void requireConsistent(int accounts, long sum, ReadView view) {
    if (accounts != ACCOUNTS || sum != (long) ACCOUNTS * BALANCE) {
      throw new AssertionError(
          "bank: "
              + accounts
              + " accounts with a sum of "
              + sum
              + " at revision "
              + view.revision());
    }
  }
}
