package io.petacore.bench.demo;

import io.petacore.DistributedStorage;
import io.petacore.bench.demo.Reservation.Outcome;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.TransactionConflictException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.subscription.ChangeBatch;
import io.petacore.subscription.ChangeListener;
import io.petacore.subscription.Subscription;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A customer on one node, who browses and reserves until the shop closes. Confined to one thread.
 */
final class Customer implements Callable<List<Reservation>> {
  /** One in this many browsing visits is a scan; the others read one item. */
  private static final int SCAN_EVERY = 10;

  private static final int SCAN_LENGTH = 20;

  /** One in this many orders is awaited on another node. */
  private static final int AWAIT_EVERY = 4;

  private static final long SEEN_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long PAUSE_MILLIS = 50;

  private final Node node;
  private final List<Node> others;
  private final int number;
  private final Shop shop;
  private final Popularity popularity;
  private final double browseRatio;
  private final TransactionOptions options;
  private final SplittableRandom random;
  private final CountDownLatch closing;
  private final List<Reservation> reservations = new ArrayList<>();
  private long visits;

  /**
   * @param others the other nodes, on which orders are awaited; may be empty
   * @param number the number of the customer on the node, from 1
   * @param closing counted down when the shop closes
   */
  Customer(
      Node node,
      List<Node> others,
      int number,
      Shop shop,
      Popularity popularity,
      DemoPlan plan,
      CountDownLatch closing) {
    this.node = node;
    this.others = others;
    this.number = number;
    this.shop = shop;
    this.popularity = popularity;
    this.browseRatio = plan.browseRatio();
    this.options = TransactionOptions.defaults().isolation(plan.isolation());
    this.random = new SplittableRandom(plan.seed() ^ seedOf(Shop.orderKey(node.name(), number, 0)));
    this.closing = closing;
  }

  /** Stable across processes, unlike the hash of a key. */
  private static int seedOf(Bytes order) {
    return Arrays.hashCode(order.toByteArray());
  }

  /** Returns all attempted reservations, in order. */
  @Override
  public List<Reservation> call() throws InterruptedException {
    while (closing.getCount() > 0) {
      Shop.Item item = shop.items().get(popularity.next(random));
      if (random.nextDouble() >= browseRatio) {
        reserve(item);
      } else if (random.nextInt(SCAN_EVERY) == 0) {
        scanFrom(item);
      } else {
        look(item);
      }
    }
    return reservations;
  }

  private void look(Shop.Item item) {
    DistributedStorage storage = node.storage();
    if (storage.read(item.itemKey()) == null || storage.read(item.stockKey()) == null) {
      throw new IllegalStateException(
          node.name() + " lacks the item " + item.name() + ", which was loaded");
    }
    node.tally().reads.add(2);
  }

  private void scanFrom(Shop.Item item) {
    try {
      node.storage().runTransaction(options, tx -> scan(tx, item.itemKey()));
      node.tally().scans.increment();
    } catch (TransactionTooOldException e) {
      node.tally().tooOld.increment();
    }
  }

  private static void scan(Transaction tx, Bytes from) {
    int left = SCAN_LENGTH;
    for (Entry entry : tx.scan(Shop.ITEMS.startingAt(from))) {
      if (entry.key().compareTo(from) < 0) {
        throw new IllegalStateException("a scan from " + from + " returned " + entry.key());
      }
      if (--left == 0) {
        return;
      }
    }
  }

  /** Decrements the stock and writes the order, in one transaction. */
  private void reserve(Shop.Item item) throws InterruptedException {
    Bytes order = Shop.orderKey(node.name(), number, visits++);
    long started = System.nanoTime();
    try {
      boolean sold =
          node.storage()
              .callTransaction(
                  options,
                  tx -> {
                    long stock = stockOf(tx, item);
                    if (stock == 0) {
                      return false;
                    }
                    tx.write(item.stockKey(), Shop.stockValue(stock - 1));
                    tx.write(order, item.name());
                    return true;
                  });
      if (sold) {
        acknowledged(order, item, started);
      } else {
        node.tally().soldOut.increment();
      }
    } catch (CommitOutcomeUnknownException e) {
      node.tally().unknown.increment();
      reservations.add(new Reservation(order, item.name(), Outcome.UNKNOWN));
      pause();
    } catch (TransactionConflictException | TransactionTooOldException e) {
      failed(order, item);
    } catch (StoreUnavailableException e) {
      failed(order, item);
      pause();
    }
  }

  private static long stockOf(Transaction tx, Shop.Item item) {
    Bytes value = tx.read(item.stockKey());
    Long stock = value == null ? null : Shop.stock(value);
    if (stock == null) {
      throw new IllegalStateException("no stock value for " + item.name() + ": " + value);
    }
    return stock;
  }

  private void acknowledged(Bytes order, Shop.Item item, long started) throws InterruptedException {
    long done = System.nanoTime();
    node.tally().commit.record(done - started);
    node.tally().sold.increment();
    reservations.add(new Reservation(order, item.name(), Outcome.ACKNOWLEDGED));
    if (!others.isEmpty() && random.nextInt(AWAIT_EVERY) == 0) {
      awaitOnOtherNode(order, done);
    }
  }

  private void failed(Bytes order, Shop.Item item) {
    node.tally().failed.increment();
    reservations.add(new Reservation(order, item.name(), Outcome.FAILED));
  }

  /** Waits until a listener on another node has received the order. */
  private void awaitOnOtherNode(Bytes order, long committed) throws InterruptedException {
    DistributedStorage otherNode = others.get(random.nextInt(others.size())).storage();
    AtomicLong received = new AtomicLong();
    CountDownLatch seen = new CountDownLatch(1);
    ChangeListener listener =
        new ChangeListener() {
          @Override
          public void onState(Snapshot state) {
            if (state.exists(order)) {
              onReceived();
            }
          }

          @Override
          public void onChanges(ChangeBatch batch) {
            onReceived();
          }

          private void onReceived() {
            received.compareAndSet(0, System.nanoTime());
            seen.countDown();
          }
        };
    try (Subscription subscription = otherNode.subscribe(KeyRange.single(order), listener)) {
      if (seen.await(SEEN_TIMEOUT_NANOS, TimeUnit.NANOSECONDS)) {
        node.tally().propagation.record(received.get() - committed);
      } else if (!subscription.isClosed()) {
        node.tally().notSeenInTime.increment();
      }
    }
  }

  /** Avoids a busy loop while the store is unavailable, since commits then fail immediately. */
  private void pause() throws InterruptedException {
    closing.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
  }
}
