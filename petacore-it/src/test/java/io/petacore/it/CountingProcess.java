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
 * A program that counts up, and writes, in a storage of its own until its standard input ends. On
 * its standard output it says of each transaction what it was told, and at last how many sessions
 * were lost.
 */
public final class CountingProcess {

  /** What is counted up. */
  public static final Counter COUNTER = new Counter("counter");

  /** What the own keys of increments begin with. */
  public static final String INCREMENT = "increment-";

  /** What the keys of writes begin with. */
  public static final String WRITE = "write-";

  private static final TransactionOptions UNGUARDED =
      TransactionOptions.defaults().isolation(IsolationLevel.READ_COMMITTED);
  private static final int THREADS = 2;

  /** Far beyond any fault. */
  private static final Duration OPEN_TIMEOUT = Duration.ofMinutes(2);

  private CountingProcess() {}

  /**
   * Arguments: endpoints of etcd, with commas between, a namespace, what the names of transactions
   * begin with, and how many milliseconds a thread rests between two of them.
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
      say("sessions lost: " + storage.status().counters().sessionsLost());
      storage.close();
    }
  }

  private static void count(
      DistributedStorage storage, Ledger ledger, String name, Runnable rest, AtomicBoolean ended) {
    for (int i = 0; !ended.get(); i++) {
      String key = name + i;
      Ledger.Told told = COUNTER.increment(storage, TransactionOptions.defaults(), ledger, key);
      say(told + " " + key);
      rest.run();
    }
  }

  /** Without guards, so that nothing but its session keeps an old request from being applied. */
  private static void write(
      DistributedStorage storage, Ledger ledger, String name, Runnable rest, AtomicBoolean ended) {
    for (int i = 0; !ended.get(); i++) {
      String key = name + i;
      Ledger.Told told =
          ledger.enter(key, () -> storage.runTransaction(UNGUARDED, tx -> tx.write(key, "")));
      say(told + " " + key);
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
      // Nothing is said to it.
    }
  }

  private static synchronized void say(String line) {
    System.out.println(line);
  }
}
