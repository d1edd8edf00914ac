package io.petacore.bench.benchmark.write;

import io.petacore.DistributedStorage;
import io.petacore.bench.benchmark.PlainEtcd;
import io.petacore.bench.support.console.Figures;
import io.petacore.data.KeyRange;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** The workloads of {@code bench write}. */
final class WriteWorkloads {

  private static final String VALUE = "v".repeat(128);
  private static final int LARGE = 3_900;
  private static final int LARGE_DURING_LOAD = 3_000;

  /** Number of keys by which creation is ahead of deletion. */
  private static final int LEAD = 1_000;

  private final DistributedStorage node;
  private final Supplier<DistributedStorage> otherNode;
  private final PlainEtcd plain;

  /**
   * @param node a node
   * @param otherNode another node of the same namespace, opened on first use
   */
  WriteWorkloads(DistributedStorage node, Supplier<DistributedStorage> otherNode, PlainEtcd plain) {
    this.node = node;
    this.otherNode = otherNode;
    this.plain = plain;
  }

  List<Workload> all() {
    List<Workload> all = new ArrayList<>(besideJetcd());
    all.addAll(new HotKeyWorkloads(node, otherNode, plain).all());
    all.addAll(new SerializableWorkloads(node).all());
    all.addAll(new WriteBehindWorkloads(node).all());
    return all;
  }

  private List<Workload> besideJetcd() {
    return List.of(
        sequential(),
        manyThreads(),
        async("256 async in flight, own keys", 0, 256, 256),
        async("4,096 async in flight, own keys", 5, 4_096, 1_024),
        hundredWrites(),
        large(),
        createAndDelete(),
        largeDuringLoad(200),
        largeDuringLoad(1_000),
        mixed());
  }

  private Workload sequential() {
    return new Workload(
        "sequential commits",
        Workload.Measure.MEDIAN_LATENCY,
        1.3,
        ClosedLoop.of(1, thread -> plain.put("s", VALUE).get()),
        ClosedLoop.of(1, thread -> node.runTransaction(tx -> tx.write("s", VALUE))),
        () -> "");
  }

  private Workload manyThreads() {
    return new Workload(
        "256 threads, own keys",
        Workload.Measure.THROUGHPUT,
        3,
        AsyncWindow.of(256, number -> plain.put("t" + number % 256, VALUE)),
        ClosedLoop.of(256, thread -> node.runTransaction(tx -> tx.write("t" + thread, VALUE))),
        () -> "");
  }

  private Workload async(String name, double target, int inFlight, int inFlightOfReference) {
    return new Workload(
        name,
        Workload.Measure.THROUGHPUT,
        target,
        AsyncWindow.of(
            inFlightOfReference, number -> plain.put("a" + number % inFlightOfReference, VALUE)),
        AsyncWindow.of(
            inFlight,
            number ->
                node.runTransactionAsync(
                    TransactionOptions.defaults(),
                    tx -> tx.write("a" + number % (2L * inFlight), VALUE))),
        () -> "");
  }

  private Workload hundredWrites() {
    return new Workload(
        "transaction with 100 writes",
        Workload.Measure.MEDIAN_LATENCY,
        3,
        ClosedLoop.of(1, thread -> plain.put("h", VALUE).get()),
        ClosedLoop.of(1, thread -> node.runTransaction(tx -> writeMany(tx, "h", 100))),
        () -> "");
  }

  private Workload large() {
    return new Workload(
        "transaction with 3,900 writes",
        Workload.Measure.MEDIAN_LATENCY,
        0,
        null,
        ClosedLoop.of(1, thread -> node.runTransaction(tx -> writeMany(tx, "l", LARGE))),
        () -> requireKeys("l", LARGE));
  }

  /** Deletes only keys that exist: the deleting threads follow the creating threads. */
  private Workload createAndDelete() {
    AtomicLong created = new AtomicLong();
    AtomicLong deleted = new AtomicLong();
    Queue<Long> present = new ConcurrentLinkedQueue<>();
    return new Workload(
        "16 threads create keys, 16 delete keys",
        Workload.Measure.THROUGHPUT,
        2,
        AsyncWindow.of(
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
                      node.runTransaction(tx -> tx.delete("d" + number));
                      deleted.incrementAndGet();
                    }
                  })
              .run(time);
        },
        () ->
            Figures.count(deleted.get())
                + " deleted, "
                + Figures.count(node.status().counters().resent())
                + " resent");
  }

  private void create(long number, Queue<Long> present) {
    node.runTransaction(tx -> tx.write("d" + number, VALUE));
    present.add(number);
  }

  private Workload largeDuringLoad(int perSecond) {
    return new Workload(
        "3,000 writes during " + Figures.count(perSecond) + " commits/s of another node",
        Workload.Measure.MEDIAN_LATENCY,
        0,
        null,
        time -> {
          try (Background background = new Background(otherNode.get(), perSecond, VALUE)) {
            Sample sample =
                ClosedLoop.of(
                        1,
                        thread -> node.runTransaction(tx -> writeMany(tx, "b", LARGE_DURING_LOAD)))
                    .run(time);
            background.requireNoFailure();
            return sample;
          }
        },
        () -> requireKeys("b", LARGE_DURING_LOAD));
  }

  private Workload mixed() {
    return new Workload(
        "90 % reads, 10 % writes, 16 threads",
        Workload.Measure.THROUGHPUT,
        0,
        null,
        ClosedLoop.of(
            16,
            thread -> {
              ThreadLocalRandom random = ThreadLocalRandom.current();
              String key = "m" + random.nextInt(10_000);
              if (random.nextInt(10) > 0) {
                node.callTransaction(tx -> tx.read(key));
              } else {
                node.runTransaction(tx -> tx.write(key, VALUE));
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
    otherNode
        .get()
        .runTransaction(
            tx -> {
              found[0] = 0;
              tx.scan(KeyRange.prefix(prefix)).forEach(entry -> found[0]++);
            });
    if (found[0] < count) {
      throw new IllegalStateException("only " + found[0] + " of " + count + " keys exist");
    }
    return "all applied";
  }
}
