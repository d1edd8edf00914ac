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

/**
 * A program that counts up, and writes, in a storage of its own until its standard input ends. On
 * its standard output it says of each transaction what it was told, and at last how many sessions
 * were lost.
 */
final class CountingProcess {

  static final Counter COUNTER = new Counter("counter");

  /** What the own keys of increments begin with. */
  static final String INCREMENT = "increment-";

  private static final TransactionOptions UNGUARDED =
      TransactionOptions.defaults().isolation(IsolationLevel.READ_COMMITTED);
  private static final int THREADS = 2;

  private CountingProcess() {}

  /** Arguments: an endpoint of etcd and a namespace. */
  public static void main(String[] arguments) throws Exception {
    AtomicBoolean ended = new AtomicBoolean();
    try (KvStore store = EtcdKvStore.connect(arguments[0])) {
      DistributedStorage storage =
          DistributedStorage.builder(store)
              .namespace(arguments[1])
              .sessionTimeout(Duration.ofSeconds(1))
              .open();
      Ledger ledger = new Ledger();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        String number = i + "-";
        threads.add(new Thread(() -> count(storage, ledger, INCREMENT + number, ended)));
        threads.add(new Thread(() -> write(storage, ledger, "write-" + number, ended)));
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
      DistributedStorage storage, Ledger ledger, String name, AtomicBoolean ended) {
    for (int i = 0; !ended.get(); i++) {
      String key = name + i;
      Ledger.Told told = COUNTER.increment(storage, TransactionOptions.defaults(), ledger, key);
      say(told + " " + key);
    }
  }

  /** Without guards, so that nothing but its session keeps an old request from being applied. */
  private static void write(
      DistributedStorage storage, Ledger ledger, String name, AtomicBoolean ended) {
    for (int i = 0; !ended.get(); i++) {
      String key = name + i;
      Ledger.Told told =
          ledger.enter(key, () -> storage.runTransaction(UNGUARDED, tx -> tx.write(key, "")));
      say(told + " " + key);
    }
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
