package io.petacore.it;

import io.petacore.DistributedStorage;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.store.KvStore;
import io.petacore.transaction.TransactionOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A program that counts up in a storage of its own until its standard input ends. On its standard
 * output it says of each increment what it was told, and at last how many sessions were lost.
 */
final class CountingProcess {

  static final Counter COUNTER = new Counter("counter");

  private static final int THREADS = 4;

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
        String name = "child-" + i + "-";
        Thread thread = new Thread(() -> count(storage, ledger, name, ended));
        threads.add(thread);
        thread.start();
      }
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

  private static void awaitEndOfInput() throws IOException {
    while (System.in.read() >= 0) {
      // Nothing is said to it.
    }
  }

  private static synchronized void say(String line) {
    System.out.println(line);
  }
}
