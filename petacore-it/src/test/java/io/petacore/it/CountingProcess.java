package io.petacore.it;

import io.petacore.DistributedStorage;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.store.KvStore;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.TransactionOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * A program that increments a counter and writes keys in its own storage until its standard input
 * ends. It prints the outcome of each transaction, and at the end the number of lost sessions.
 */
public final class CountingProcess {

  /** The counter. */
  public static final Counter COUNTER = new Counter("counter");

  /** Prefix of the unique keys of increments. */
  public static final String INCREMENT = "increment-";

  /** Prefix of the keys of writes. */
  public static final String WRITE = "write-";

  private static final TransactionOptions UNGUARDED =
      TransactionOptions.defaults().isolation(IsolationLevel.READ_COMMITTED);
  private static final int THREADS = 2;

  /** Longer than any fault. */
  private static final Duration OPEN_TIMEOUT = Duration.ofMinutes(2);

  private CountingProcess() {}

  /**
   * Arguments: comma-separated endpoints of etcd, a namespace, the prefix of the names of
   * transactions, and the pause between two transactions of a thread, in milliseconds.
   */
  public static void main(String[] arguments) throws Exception {
    AtomicBoolean ended = new AtomicBoolean();
    String life = arguments[2];
    Runnable rest = rest(Duration.ofMillis(Long.parseLong(arguments[3])));
    try (KvStore store = EtcdKvStore.connect(arguments[0].split(",", -1))) {
      DistributedStorage storage =
          DistributedStorage.builder(store)
              .namespace(arguments[1])
              .sessionTimeout(Duration.ofSeconds(1))
              .openTimeout(OPEN_TIMEOUT)
              .open();
      Ledger ledger = new Ledger();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        String number = i + "-";
        String increment = INCREMENT + life + number;
        String write = WRITE + life + number;
        threads.add(new Thread(() -> count(storage, ledger, increment, rest, ended)));
        threads.add(new Thread(() -> write(storage, ledger, write, rest, ended)));
      }
      threads.forEach(Thread::start);
      awaitEndOfInput();
      ended.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
      print("sessions lost: " + storage.status().counters().sessionsLost());
      storage.close();
    }
  }

  private static void count(
      DistributedStorage storage, Ledger ledger, String name, Runnable rest, AtomicBoolean ended) {
    for (int i = 0; !ended.get(); i++) {
      String key = name + i;
      Ledger.Outcome outcome =
          COUNTER.increment(storage, TransactionOptions.defaults(), ledger, key);
      print(outcome + " " + key);
      rest.run();
    }
  }

  /**
   * Writes without guards, so that only the session fence prevents an old request from being
   * applied.
   */
  private static void write(
      DistributedStorage storage, Ledger ledger, String name, Runnable rest, AtomicBoolean ended) {
    for (int i = 0; !ended.get(); i++) {
      String key = name + i;
      Ledger.Outcome outcome =
          ledger.record(key, () -> storage.runTransaction(UNGUARDED, tx -> tx.write(key, "")));
      print(outcome + " " + key);
      rest.run();
    }
  }

  private static Runnable rest(Duration time) {
    return () -> {
      long due = System.nanoTime() + time.toNanos();
      for (long left = time.toNanos(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
    };
  }

  private static void awaitEndOfInput() throws IOException {
    while (System.in.read() >= 0) {
      // Input is ignored.
    }
  }

  private static synchronized void print(String line) {
    System.out.println(line);
  }
}
