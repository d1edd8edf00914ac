package io.petacore.it.chaos;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.it.Ledger;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.ReadView;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.Transaction;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A queue of orders: each order is appended at the tail, and served and deleted at the head.
 *
 * <p><b>Invariant.</b> At every revision on every node the queue has no gap, and for each item,
 * served and left in stock add up to loaded. No order is served twice.
 */
final class Orders implements Traffic {

  private static final int ITEMS = 5;
  private static final long LOADED = 1_000_000_000;
  private static final KeyRange QUEUE = KeyRange.prefix("orders/queue/");

  /** Orders that were reported as served. */
  private final Set<Long> served = ConcurrentHashMap.newKeySet();

  @Override
  public void prepare(DistributedStorage storage) {
    storage.runTransaction(
        tx -> {
          tx.write("orders/head", "0").write("orders/tail", "0");
          for (int item = 0; item < ITEMS; item++) {
            tx.write(stock(item), Long.toString(LOADED)).write(sold(item), "0");
          }
        });
  }

  @Override
  public void step(Client client) {
    // Serves more often than it places, so that the queue stays short.
    if (client.random().nextInt(100) < 45) {
      place(client);
    } else {
      serve(client);
    }
  }

  private static void place(Client client) {
    int item = client.random().nextInt(ITEMS);
    client.transact(
        IsolationLevel.SNAPSHOT,
        tx -> {
          long tail = number(tx.read("orders/tail"));
          tx.write(order(tail), Integer.toString(item));
          tx.write("orders/tail", Long.toString(tail + 1));
        });
  }

  private void serve(Client client) {
    long[] order = {-1};
    Ledger.Outcome outcome =
        client.transact(
            IsolationLevel.SNAPSHOT,
            tx -> {
              order[0] = -1;
              long head = number(tx.read("orders/head"));
              String item = tx.read(order(head));
              if (item == null) {
                return;
              }
              order[0] = head;
              tx.delete(order(head));
              tx.write("orders/head", Long.toString(head + 1));
              add(tx, stock(Integer.parseInt(item)), -1);
              add(tx, sold(Integer.parseInt(item)), 1);
            });
    if (outcome == Ledger.Outcome.COMMITTED && order[0] >= 0 && !served.add(order[0])) {
      throw new AssertionError("orders: " + order[0] + " was served twice");
    }
  }

  private static String order(long number) {
    return String.format(Locale.ROOT, "orders/queue/%012d", number);
  }

  private static String stock(int item) {
    return "orders/stock/" + item;
  }

  private static String sold(int item) {
    return "orders/sold/" + item;
  }

  private static void add(Transaction tx, String key, long amount) {
    tx.write(key, Long.toString(number(tx.read(key)) + amount));
  }

  private static long number(@Nullable String value) {
    return Long.parseLong(Objects.requireNonNull(value));
  }

  @Override
  public void check(ReadView view) {
    long head = number(view.read("orders/head"));
    long tail = number(view.read("orders/tail"));
    long next = head;
    for (Entry order : view.scan(QUEUE)) {
      require(
          order.key().equals(Bytes.utf8(order(next))), "the queue continues with " + order, view);
      next++;
    }
    require(next == tail, "the queue ends before " + next + ", not " + tail, view);
    long sold = 0;
    for (int item = 0; item < ITEMS; item++) {
      long soldOfItem = number(view.read(sold(item)));
      long left = number(view.read(stock(item)));
      require(soldOfItem + left == LOADED, soldOfItem + " sold and " + left + " left", view);
      sold += soldOfItem;
    }
    require(sold == head, sold + " sold, but " + head + " served", view);
  }

  private static void require(boolean holds, String what, ReadView view) {
    if (!holds) {
      throw new AssertionError("orders: " + what + " at revision " + view.revision());
    }
  }

  @Override
  public void verify(List<Node> nodes, Ledger ledger) {
    for (Node node : nodes) {
      try (Snapshot view = node.storage().snapshot()) {
        long head = number(view.read("orders/head"));
        for (long order : served) {
          require(order < head, order + " was served, but the queue starts at " + head, view);
        }
      }
    }
  }
}
