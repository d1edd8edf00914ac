package io.petacore.bench.benchmark.write;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionOptions;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Serializable transactions without conflicts, beside the same bodies at Snapshot. */
final class SerializableWorkloads {

  private static final int KEYS = 1_000;
  private static final KeyRange READ = KeyRange.prefix("z/");
  private static final Bytes VALUE = Bytes.utf8("v".repeat(128));

  /** A body; each thread writes a key of its own. */
  @FunctionalInterface
  private interface Body {
    void run(Transaction tx, int thread);
  }

  private final DistributedStorage node;

  SerializableWorkloads(DistributedStorage node) {
    this.node = node;
  }

  List<Workload> all() {
    return List.of(
        workload("serializable: 5 reads, 1 write, 64 threads", 0.8, 64, this::readFive),
        workload("serializable: scan of 50, 1 write, 64 threads", 0, 64, scanning(50)),
        workload("serializable: scan of 1,000, 1 write, 16 threads", 0, 16, scanning(KEYS)));
  }

  private Workload workload(String name, double target, int threads, Body body) {
    return Workload.besideCommits(
        name,
        target,
        loop(IsolationLevel.SNAPSHOT, threads, body),
        loop(IsolationLevel.SERIALIZABLE, threads, body));
  }

  private TimedRun loop(IsolationLevel level, int threads, Body body) {
    TransactionOptions options = TransactionOptions.defaults().isolation(level);
    TimedRun run =
        ClosedLoop.of(threads, thread -> node.runTransaction(options, tx -> body.run(tx, thread)));
    return time -> {
      fill();
      return run.run(time);
    };
  }

  /** Writes what is read, unless it is there. */
  private void fill() {
    if (node.count(READ) < KEYS) {
      node.runTransaction(
          tx -> {
            for (int i = 0; i < KEYS; i++) {
              tx.write(key(i), VALUE);
            }
          });
    }
  }

  private static Bytes key(int i) {
    return Bytes.utf8("z/" + i);
  }

  private void readFive(Transaction tx, int thread) {
    for (int i = 0; i < 5; i++) {
      tx.read(key(ThreadLocalRandom.current().nextInt(KEYS)));
    }
    tx.write(Bytes.utf8("zw" + thread), VALUE);
  }

  private static Body scanning(int entries) {
    return (tx, thread) -> {
      long bytes = 0;
      for (Entry entry : tx.scan(READ, entries)) {
        bytes += entry.value().length();
      }
      tx.write(Bytes.utf8("zw" + thread), Bytes.utf8(Long.toString(bytes)));
    };
  }
}
