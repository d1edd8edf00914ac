package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.store.KvStore;
import io.petacore.testing.Await;
import io.petacore.testing.Crew;
import io.petacore.testing.Nodes;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Closes a storage under load, from another thread.
 *
 * <p><b>Invariant.</b> close() returns within the commit timeout plus time for threads to end. Then
 * every future is complete, every reported outcome agrees with the history, and no thread of the
 * library is running.
 *
 * <p><b>Interleaving.</b> Some threads increment one counter synchronously, others submit as many
 * asynchronous transactions as the commit limiter has permits for: at any time some are in flight,
 * some are in the pending queue, some wait for a permit, and some are retried after a conflict.
 * Then etcd keeps running, is paused with requests in its sockets, or is killed, and the storage is
 * closed.
 */
@WithEtcd(own = true)
class CloseUnderLoadTest {

  private static final Duration QUIET_PERIOD = Duration.ofMillis(300);
  private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration THREAD_TIMEOUT = Duration.ofSeconds(2);

  /** Longer than the commit timeout, so that unresolved commits are ended by the close. */
  private static final TransactionOptions LONG_TIMEOUT =
      TransactionOptions.defaults().timeout(Duration.ofSeconds(30));

  private static final int THREADS_PER_KIND = 4;
  private static final int ASYNCHRONOUS = 500;

  private static final Counter COUNTER = new Counter("counter");
  private static final String INCREMENT = "increment-";

  private enum Etcd {
    RUNNING,
    PAUSED,
    KILLED
  }

  private final EtcdCluster etcd;
  private final Nodes nodes;
  private final Ledger ledger = new Ledger();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final Semaphore asynchronous = new Semaphore(ASYNCHRONOUS);

  CloseUnderLoadTest(EtcdCluster etcd) {
    this.etcd = etcd;
    nodes = new Nodes(new EtcdBackend(etcd));
  }

  @AfterEach
  void close() {
    nodes.close();
  }

  @ParameterizedTest
  @EnumSource
  void everyReportedOutcomeIsTrue(Etcd state) throws Exception {
    Set<String> before = libraryThreads();
    KvStore store = nodes.connect();
    DistributedStorage storage =
        nodes.open(
            store,
            builder ->
                builder
                    .commitTimeout(COMMIT_TIMEOUT)
                    .sessionTimeout(Duration.ofSeconds(5))
                    .maxPendingCommits(ASYNCHRONOUS));
    Duration taken;
    try (Crew crew = new Crew()) {
      for (int i = 0; i < THREADS_PER_KIND; i++) {
        String number = i + "-";
        crew.start(() -> increment(storage, INCREMENT + number, crew));
        crew.start(() -> submit(storage, "asynchronous-" + number, crew));
      }
      Await.until("commits", () -> ledger.committed() > 2_000 || crew.isStopped());
      switch (state) {
        case RUNNING -> {}
        case PAUSED -> {
          etcd.member().pause();
          awaitNoCompletions(); // earlier responses are processed, and later requests sent
        }
        case KILLED -> etcd.member().kill();
      }
      closing.set(true);
      long start = System.nanoTime();
      storage.close();
      taken = Duration.ofNanos(System.nanoTime() - start);
      crew.join();
    }
    assertTrue(
        asynchronous.tryAcquire(ASYNCHRONOUS, 5, TimeUnit.SECONDS), "not every future is complete");
    assertTrue(
        taken.compareTo(COMMIT_TIMEOUT.plus(THREAD_TIMEOUT)) < 0, () -> "close took " + taken);
    assertEquals(Set.of(), startedSince(before, "petacore-" + nodes.namespace()));
    if (state == Etcd.PAUSED) {
      etcd.heal(); // with the connection open, so that requests in its sockets are applied
    }
    store.close();
    assertEquals(Set.of(), startedSince(before, "petacore-"));
    etcd.heal();
    String fences = nodes.namespace() + "\0s/";
    Await.until("no request can be applied any more", () -> etcd.client().count(fences) == 0);
    CommitHistory history = CommitHistory.read(nodes.connect(), nodes.namespace());
    ledger.assertAgreesWith(history);
    assertEquals(
        Optional.of(Integer.toString(ledger.applied(history, INCREMENT))),
        etcd.client().get(nodes.namespace() + COUNTER.key()));
    long unknown = ledger.count(Ledger.Outcome.UNKNOWN);
    switch (state) {
      case RUNNING -> assertEquals(0, unknown, "unknown outcomes while etcd is running");
      case PAUSED -> assertTrue(unknown > 0, "no request was in flight");
      case KILLED -> {} // requests in flight may or may not be reported by the connection
    }
    assertTrue(ledger.count(Ledger.Outcome.NOT_APPLIED) > 0, "no commit was pending");
  }

  private void awaitNoCompletions() {
    AtomicInteger outcome = new AtomicInteger();
    AtomicLong since = new AtomicLong(System.nanoTime());
    Await.until(
        "no commit completes any more",
        () -> {
          if (outcome.getAndSet(ledger.committed()) != ledger.committed()) {
            since.set(System.nanoTime());
          }
          return System.nanoTime() - since.get() > QUIET_PERIOD.toNanos();
        });
  }

  /** Increments until the storage reports that it is closed. */
  private void increment(DistributedStorage storage, String name, Crew crew) {
    Ledger.Outcome outcome = Ledger.Outcome.COMMITTED;
    for (int i = 0;
        !crew.isStopped() && (outcome == Ledger.Outcome.COMMITTED || !closing.get());
        i++) {
      outcome = COUNTER.increment(storage, LONG_TIMEOUT, ledger, name + i);
    }
  }

  private void submit(DistributedStorage storage, String name, Crew crew) throws Exception {
    for (int i = 0; !crew.isStopped() && !closing.get(); i++) {
      String key = name + i;
      asynchronous.acquire();
      try {
        var unused =
            storage
                .runTransactionAsync(LONG_TIMEOUT, tx -> tx.write(key, ""))
                .whenComplete(
                    (result, failure) -> {
                      ledger.record(key, failure);
                      asynchronous.release();
                    });
      } catch (RuntimeException closed) {
        ledger.record(key, closed);
        asynchronous.release();
      }
    }
  }

  private static Set<String> libraryThreads() {
    return startedSince(Set.of(), "petacore-");
  }

  private static Set<String> startedSince(Set<String> before, String prefix) {
    Set<String> names = new TreeSet<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith(prefix) && !before.contains(thread.getName())) {
        names.add(thread.getName());
      }
    }
    return names;
  }
}
