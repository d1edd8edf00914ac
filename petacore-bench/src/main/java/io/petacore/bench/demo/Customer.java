package io.petacore.bench.demo;

import io.petacore.DistributedStorage;
import io.petacore.bench.demo.Reservation.Answer;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.TransactionConflictException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A customer on one node, who browses and reserves until the shop closes. Runs on one thread. */
final class Customer implements Callable<List<Reservation>> {
  /** One browsing visit in so many is a scan of the shelf; the others look at one item. */
  private static final int SCAN_EVERY = 10;

  private static final int SCAN_LENGTH = 20;

  /** One order in so many is looked for on another node. */
  private static final int LOOK_ELSEWHERE_EVERY = 4;

  private static final long SEEN_BOUND_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final int SPINS = 100;
  private static final long PARK_NANOS = 20_000;
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
   * @param others the other nodes, where an order may be looked for; may be empty
   * @param number among the customers of the node
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

  /** The same in each process, which the hash of a key is not. */
  private static int seedOf(Bytes order) {
    return Arrays.hashCode(order.toByteArray());
  }

  /** All that was reserved, or tried to be, in order. */
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
          node.name() + " does not have the item " + item.name() + " that was loaded");
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
        throw new IllegalStateException("a scan from " + from + " gave " + entry.key());
      }
      if (--left == 0) {
        return;
      }
    }
  }

  /** Takes one out of stock and writes the order, as one transaction; as a Java developer would. */
  private void reserve(Shop.Item item) throws InterruptedException {
    Bytes order = Shop.orderKey(node.name(), number, visits++);
    long begun = System.nanoTime();
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
        acknowledged(order, item, begun);
      } else {
        node.tally().soldOut.increment();
      }
    } catch (CommitOutcomeUnknownException e) {
      node.tally().unknown.increment();
      reservations.add(new Reservation(order, item.name(), Answer.UNKNOWN));
      pause();
    } catch (TransactionConflictException | TransactionTooOldException e) {
      refused(order, item);
    } catch (StoreUnavailableException e) {
      refused(order, item);
      pause();
    }
  }

  private static long stockOf(Transaction tx, Shop.Item item) {
    Bytes value = tx.read(item.stockKey());
    Long stock = value == null ? null : Shop.stock(value);
    if (stock == null) {
      throw new IllegalStateException("no stock to be read for " + item.name() + ": " + value);
    }
    return stock;
  }

  private void acknowledged(Bytes order, Shop.Item item, long begun) {
    long done = System.nanoTime();
    node.tally().commit.record(done - begun);
    node.tally().sold.increment();
    reservations.add(new Reservation(order, item.name(), Answer.ACKNOWLEDGED));
    if (!others.isEmpty() && random.nextInt(LOOK_ELSEWHERE_EVERY) == 0) {
      lookElsewhere(order, done);
    }
  }

  private void refused(Bytes order, Shop.Item item) {
    node.tally().refused.increment();
    reservations.add(new Reservation(order, item.name(), Answer.REFUSED));
  }

  /**
   * Asks another node for the order until it shows it. A storage tells nobody of single changes, so
   * this asks over and over: briefly at full speed, then at the resolution of the timer.
   */
  private void lookElsewhere(Bytes order, long committed) {
    DistributedStorage elsewhere = others.get(random.nextInt(others.size())).storage();
    int spins = 0;
    while (elsewhere.read(order) == null) {
      if (System.nanoTime() - committed > SEEN_BOUND_NANOS) {
        node.tally().notSeenElsewhere.increment();
        return;
      }
      if (spins++ < SPINS) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(PARK_NANOS);
      }
    }
    node.tally().propagation.record(System.nanoTime() - committed);
  }

  /** A store that is away answers at once; asking it at full speed would help nobody. */
  private void pause() throws InterruptedException {
    closing.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
  }
}
