package io.petacore.bench.benchmark.write;

import io.petacore.DistributedStorage;
import io.petacore.bench.benchmark.PlainEtcd;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.transaction.Transaction;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Many transactions that write the same key. */
final class HotKeyWorkloads {

  private static final int THREADS = 64;
  private static final int ITEMS = 10;
  private static final int SHORT = 16;
  private static final long SLOW_NANOS = 10_000_000;
  private static final int SCANNED = 1_000;
  private static final KeyRange SCAN = KeyRange.prefix("hs/");

  private final DistributedStorage node;
  private final Supplier<DistributedStorage> otherNode;
  private final PlainEtcd plain;

  HotKeyWorkloads(
      DistributedStorage node, Supplier<DistributedStorage> otherNode, PlainEtcd plain) {
    this.node = node;
    this.otherNode = otherNode;
    this.plain = plain;
  }

  List<Workload> all() {
    return List.of(
        counter("64 threads increment one key", 80, "c1", () -> node),
        counter("64 threads on two nodes increment one key", 40, "c2", otherNode),
        asyncCounter(),
        besideOwnKeys("64 threads increment one key, beside own keys", 0.75, "c4"),
        reservations(),
        besideSlow("16 threads and a body of 10 ms on one key", "c5", HotKeyWorkloads::linger),
        besideSlow("16 threads and a scan of 1,000 on one key", "c6", this::scan));
  }

  private Workload counter(
      String name, double target, String key, Supplier<DistributedStorage> second) {
    AtomicLong byFirst = new AtomicLong();
    AtomicLong bySecond = new AtomicLong();
    return new Workload(
        name,
        Workload.Measure.THROUGHPUT,
        target,
        plainIncrements(key),
        ClosedLoop.of(
            THREADS,
            thread -> {
              boolean first = thread % 2 == 0;
              (first ? node : second.get()).runTransaction(tx -> increment(tx, key));
              (first ? byFirst : bySecond).incrementAndGet();
            }),
        () -> {
          long sum = byFirst.get() + bySecond.get();
          requireCounter(second.get(), key, sum);
          return second.get() == node
              ? "none lost"
              : "none lost, "
                  + byFirst.get() * 100 / sum
                  + " % and "
                  + bySecond.get() * 100 / sum
                  + " %";
        });
  }

  private TimedRun plainIncrements(String key) {
    return time -> {
      plain.put(key, "0").get();
      return ClosedLoop.of(THREADS, thread -> plain.increment(key)).run(time);
    };
  }

  private Workload asyncCounter() {
    String key = "c3";
    AtomicLong started = new AtomicLong();
    return new Workload(
        "1,024 async in flight increment one key",
        Workload.Measure.THROUGHPUT,
        200,
        plainIncrements(key),
        AsyncWindow.of(
            1_024,
            number -> {
              started.incrementAndGet();
              return node.runTransactionAsync(tx -> increment(tx, key));
            }),
        () -> {
          requireCounter(node, key, started.get());
          return "none lost";
        });
  }

  private Workload besideOwnKeys(String name, double target, String key) {
    return Workload.besideCommits(
        name,
        target,
        ClosedLoop.of(
            THREADS, thread -> node.runTransaction(tx -> increment(tx, key + "/" + thread))),
        ClosedLoop.of(THREADS, thread -> node.runTransaction(tx -> increment(tx, key))));
  }

  /** Each takes one of a hot item's stock, and writes an order of its own. */
  private Workload reservations() {
    AtomicLong orders = new AtomicLong();
    return Workload.besideCommits(
        "64 threads reserve from 10 hot items, an order each",
        0.5,
        ClosedLoop.of(THREADS, thread -> reserve("hi/own/" + thread, orders.incrementAndGet())),
        ClosedLoop.of(
            THREADS,
            thread -> {
              long order = orders.incrementAndGet();
              reserve("hi/" + order % ITEMS, order);
            }));
  }

  private void reserve(String item, long order) {
    node.runTransaction(
        tx -> {
          increment(tx, item);
          tx.write("ho/" + order, item);
        });
  }

  /** The reference is the short bodies by themselves; the note gives the rate of the slow one. */
  private Workload besideSlow(String name, String key, Slow slow) {
    AtomicLong slowCommits = new AtomicLong();
    AtomicLong nanos = new AtomicLong();
    TimedRun both =
        ClosedLoop.of(
            SHORT + 1,
            thread -> {
              node.runTransaction(
                  tx -> {
                    if (thread == SHORT) {
                      slow.run(tx);
                    }
                    increment(tx, key);
                  });
              if (thread == SHORT) {
                slowCommits.incrementAndGet();
              }
            });
    return new Workload(
        name,
        Workload.Measure.THROUGHPUT,
        0,
        ClosedLoop.of(SHORT, thread -> node.runTransaction(tx -> increment(tx, key))),
        time -> {
          fill();
          long from = System.nanoTime();
          Sample sample = both.run(time);
          nanos.addAndGet(System.nanoTime() - from);
          return sample;
        },
        () -> {
          double rate = slowCommits.get() * 1e9 / nanos.get();
          if (rate < 5) {
            throw new IllegalStateException("the slow body committed " + rate + " times a second");
          }
          return "the slow body: " + Math.round(rate) + "/s";
        },
        false);
  }

  /** What the slow body does before it increments the counter. */
  @FunctionalInterface
  private interface Slow {
    void run(Transaction tx);
  }

  private static void linger(Transaction tx) {
    long end = System.nanoTime() + SLOW_NANOS;
    while (System.nanoTime() - end < 0) {
      LockSupport.parkNanos(SLOW_NANOS);
    }
  }

  private void scan(Transaction tx) {
    long found = 0;
    for (var entry : tx.scan(SCAN)) {
      found += entry.value().length();
    }
    if (found < SCANNED) {
      throw new IllegalStateException("only " + found + " bytes were found");
    }
  }

  /** Writes what is scanned, unless it is there. */
  private void fill() {
    if (node.count(SCAN) < SCANNED) {
      node.runTransaction(
          tx -> {
            for (int i = 0; i < SCANNED; i++) {
              tx.write(Bytes.utf8("hs/" + i), Bytes.utf8("v"));
            }
          });
    }
  }

  private static void increment(Transaction tx, String key) {
    String found = tx.read(key);
    tx.write(key, Long.toString(found == null ? 1 : Long.parseLong(found) + 1));
  }

  private static void requireCounter(DistributedStorage reader, String key, long sum) {
    String stored = reader.read(key);
    if (!Long.toString(sum).equals(stored)) {
      throw new IllegalStateException(
          "the counter " + key + " is " + stored + " after " + sum + " increments");
    }
  }
}
