package io.petacore.bench.benchmark.write;

import io.petacore.DistributedStorage;
import io.petacore.bench.benchmark.PlainEtcd;
import io.petacore.bench.support.console.Figures;
import io.petacore.data.KeyRange;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionOptions;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** The lines of the table: the work, and what it stands beside. */
final class WriteLines {

  private static final String VALUE = "v".repeat(128);
  private static final int LARGE = 3_900;
  private static final int LARGE_BESIDE = 3_000;

  /** By how many keys those who create are ahead of those who delete. */
  private static final int LEAD = 1_000;

  private final DistributedStorage one;
  private final Supplier<DistributedStorage> other;
  private final PlainEtcd plain;

  /**
   * @param one a node
   * @param other another node on the same namespace, asked for by lines that need it
   */
  WriteLines(DistributedStorage one, Supplier<DistributedStorage> other, PlainEtcd plain) {
    this.one = one;
    this.other = other;
    this.plain = plain;
  }

  List<Line> all() {
    return List.of(
        oneAfterAnother(),
        manyThreads(),
        async("256 async in flight, own keys", 0, 256, 256),
        async("4,096 async in flight, own keys", 5, 4_096, 1_024),
        hundredWrites(),
        large(),
        counter("64 threads increment one key", 4, "c1", () -> one),
        counter("the same from two nodes", 2, "c2", other),
        createAndDelete(),
        largeBeside(200),
        largeBeside(1_000),
        mixed());
  }

  private Line oneAfterAnother() {
    return new Line(
        "one commit after another",
        Line.Measure.MEDIAN_LATENCY,
        1.3,
        ClosedLoop.of(1, thread -> plain.put("s", VALUE).get()),
        ClosedLoop.of(1, thread -> one.runTransaction(tx -> tx.write("s", VALUE))),
        () -> "");
  }

  private Line manyThreads() {
    return new Line(
        "256 threads, own keys",
        Line.Measure.THROUGHPUT,
        3,
        Window.of(256, number -> plain.put("t" + number % 256, VALUE)),
        ClosedLoop.of(256, thread -> one.runTransaction(tx -> tx.write("t" + thread, VALUE))),
        () -> "");
  }

  private Line async(String name, double wanted, int inFlight, int inFlightBeside) {
    return new Line(
        name,
        Line.Measure.THROUGHPUT,
        wanted,
        Window.of(inFlightBeside, number -> plain.put("a" + number % inFlightBeside, VALUE)),
        Window.of(
            inFlight,
            number ->
                one.runTransactionAsync(
                    TransactionOptions.defaults(),
                    tx -> tx.write("a" + number % (2L * inFlight), VALUE))),
        () -> "");
  }

  private Line hundredWrites() {
    return new Line(
        "one transaction of 100 writes",
        Line.Measure.MEDIAN_LATENCY,
        3,
        ClosedLoop.of(1, thread -> plain.put("h", VALUE).get()),
        ClosedLoop.of(1, thread -> one.runTransaction(tx -> writeMany(tx, "h", 100))),
        () -> "");
  }

  private Line large() {
    return new Line(
        "one transaction of 3,900 writes",
        Line.Measure.MEDIAN_LATENCY,
        0,
        null,
        ClosedLoop.of(1, thread -> one.runTransaction(tx -> writeMany(tx, "l", LARGE))),
        () -> requireKeys("l", LARGE));
  }

  private Line counter(String name, double wanted, String key, Supplier<DistributedStorage> odd) {
    AtomicLong byEven = new AtomicLong();
    AtomicLong byOdd = new AtomicLong();
    return new Line(
        name,
        Line.Measure.THROUGHPUT,
        wanted,
        time -> {
          plain.put(key, "0").get();
          return ClosedLoop.of(64, thread -> plain.increment(key)).run(time);
        },
        ClosedLoop.of(
            64,
            thread -> {
              boolean first = thread % 2 == 0;
              (first ? one : odd.get()).runTransaction(tx -> increment(tx, key));
              (first ? byEven : byOdd).incrementAndGet();
            }),
        () -> {
          long sum = byEven.get() + byOdd.get();
          String stored = odd.get().read(key);
          if (!Long.toString(sum).equals(stored)) {
            throw new IllegalStateException(
                "the counter " + key + " is " + stored + " after " + sum + " increments");
          }
          return "none lost"
              + (odd.get() == one
                  ? ""
                  : ", " + byEven.get() * 100 / sum + " % and " + byOdd.get() * 100 / sum + " %");
        });
  }

  private static void increment(Transaction tx, String key) {
    String found = tx.read(key);
    tx.write(key, Long.toString(found == null ? 1 : Long.parseLong(found) + 1));
  }

  /** Every deletion is of a key that is there: those who delete follow those who create. */
  private Line createAndDelete() {
    AtomicLong created = new AtomicLong();
    AtomicLong deleted = new AtomicLong();
    Queue<Long> present = new ConcurrentLinkedQueue<>();
    return new Line(
        "16 threads create keys, 16 delete keys",
        Line.Measure.THROUGHPUT,
        2,
        Window.of(
            32,
            number ->
                number % 2 == 0
                    ? plain.put("d" + number / 2, VALUE)
                    : plain.delete("d" + number / 2)),
        time -> {
          while (present.size() < LEAD) {
            create(created.getAndIncrement(), present);
          }
          return ClosedLoop.of(
                  32,
                  thread -> {
                    Long number = thread < 16 ? null : present.poll();
                    if (number == null) {
                      create(created.getAndIncrement(), present);
                    } else {
                      one.runTransaction(tx -> tx.delete("d" + number));
                      deleted.incrementAndGet();
                    }
                  })
              .run(time);
        },
        () ->
            Figures.count(deleted.get())
                + " deleted, "
                + Figures.count(one.status().counters().resent())
                + " sent again");
  }

  private void create(long number, Queue<Long> present) {
    one.runTransaction(tx -> tx.write("d" + number, VALUE));
    present.add(number);
  }

  private Line largeBeside(int perSecond) {
    return new Line(
        "3,000 writes beside " + Figures.count(perSecond) + " commits/s of another node",
        Line.Measure.MEDIAN_LATENCY,
        0,
        null,
        time -> {
          try (Background background = new Background(other.get(), perSecond, VALUE)) {
            Sample sample =
                ClosedLoop.of(
                        1, thread -> one.runTransaction(tx -> writeMany(tx, "b", LARGE_BESIDE)))
                    .run(time);
            background.requireRate();
            return sample;
          }
        },
        () -> requireKeys("b", LARGE_BESIDE));
  }

  private Line mixed() {
    return new Line(
        "90 % reads, 10 % writes, 16 threads",
        Line.Measure.THROUGHPUT,
        0,
        null,
        ClosedLoop.of(
            16,
            thread -> {
              ThreadLocalRandom random = ThreadLocalRandom.current();
              String key = "m" + random.nextInt(10_000);
              if (random.nextInt(10) > 0) {
                one.callTransaction(tx -> tx.read(key));
              } else {
                one.runTransaction(tx -> tx.write(key, VALUE));
              }
            }),
        () -> "");
  }

  private static void writeMany(Transaction tx, String prefix, int count) {
    for (int i = 0; i < count; i++) {
      tx.write(prefix + i, VALUE);
    }
  }

  private String requireKeys(String prefix, int count) {
    long[] found = {0};
    other
        .get()
        .runTransaction(
            tx -> {
              found[0] = 0;
              tx.scan(KeyRange.prefix(prefix)).forEach(entry -> found[0]++);
            });
    if (found[0] < count) {
      throw new IllegalStateException("of " + count + " keys " + found[0] + " are there");
    }
    return "all landed";
  }
}
