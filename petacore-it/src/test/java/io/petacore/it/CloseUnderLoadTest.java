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
 * A storage is closed in the middle of traffic, by a thread that has no part in it.
 *
 * <p><b>Invariant.</b> close() returns within the commit timeout and some more for threads to end;
 * then every owner has been told, what was told is so in the history, and no thread of the library
 * is left.
 *
 * <p><b>Interleaving.</b> Threads increment one counter, each waiting for its commit, and others
 * keep asynchronous transactions coming, more than the pipeline takes: at any moment some are on
 * their way to etcd, some wait for a place in a request, some for one in the pipeline, and some run
 * again after a conflict. At such a moment etcd is well, or stopped with requests in its sockets,
 * or killed; then the storage is closed.
 */
@WithEtcd(own = true)
class CloseUnderLoadTest {

  private static final Duration STANDSTILL = Duration.ofMillis(300);
  private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration FOR_THREADS_TO_END = Duration.ofSeconds(2);

  /** Longer, so that it is the close that ends what can't be settled. */
  private static final TransactionOptions PATIENT =
      TransactionOptions.defaults().timeout(Duration.ofSeconds(30));

  private static final int THREADS_OF_A_KIND = 4;
  private static final int ASYNCHRONOUS = 500;

  private static final Counter COUNTER = new Counter("counter");
  private static final String INCREMENT = "increment-";

  private enum Etcd {
    WELL,
    STOPPED,
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
  void everybodyIsToldTheTruth(Etcd state) throws Exception {
    Set<String> before = libraryThreads();
    KvStore store = nodes.connect();
    DistributedStorage storage =
        nodes.open(
            store,
            builder ->
                builder
                    .commitTimeout(COMMIT_TIMEOUT)
                    .sessionTimeout(Duration.ofSeconds(5))
                    .maxPendingCommits(ASYNCHRONOUS / 5));
    Duration taken;
    try (Crew crew = new Crew()) {
      for (int i = 0; i < THREADS_OF_A_KIND; i++) {
        String number = i + "-";
        crew.start(() -> increment(storage, INCREMENT + number, crew));
        crew.start(() -> submit(storage, "asynchronous-" + number, crew));
      }
      Await.until("traffic", () -> ledger.committed() > 2_000 || crew.isStopped());
      switch (state) {
        case WELL -> {}
        case STOPPED -> {
          etcd.member().pause();
          awaitStandstill(); // what it had answered before is told; the next requests are sent
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
        asynchronous.tryAcquire(ASYNCHRONOUS, 5, TimeUnit.SECONDS), "every future is completed");
    assertTrue(
        taken.compareTo(COMMIT_TIMEOUT.plus(FOR_THREADS_TO_END)) < 0, () -> "close took " + taken);
    assertEquals(Set.of(), startedSince(before, "petacore-" + nodes.namespace()));
    if (state == Etcd.STOPPED) {
      etcd.heal(); // with the connection open: what is in its sockets is carried out
    }
    store.close();
    assertEquals(Set.of(), startedSince(before, "petacore-"));
    etcd.heal();
    String fences = nodes.namespace() + "\0s/";
    Await.until("nothing more can land", () -> etcd.client().count(fences) == 0);
    CommitHistory history = CommitHistory.read(nodes.connect(), nodes.namespace());
    ledger.assertTrueOf(history);
    assertEquals(
        Optional.of(Integer.toString(ledger.applied(history, INCREMENT))),
        etcd.client().get(nodes.namespace() + COUNTER.key()));
    long unknown = ledger.count(Ledger.Told.UNKNOWN);
    switch (state) {
      case WELL -> assertEquals(0, unknown, "all is settled, since etcd answers");
      case STOPPED -> assertTrue(unknown > 0, "requests were on their way");
      case KILLED -> {} // what was on its way then, the end of the connection tells or not
    }
    assertTrue(ledger.count(Ledger.Told.NOT_APPLIED) > 0, "commits waited");
  }

  private void awaitStandstill() {
    AtomicInteger told = new AtomicInteger();
    AtomicLong since = new AtomicLong(System.nanoTime());
    Await.until(
        "nobody is told anything any more",
        () -> {
          if (told.getAndSet(ledger.committed()) != ledger.committed()) {
            since.set(System.nanoTime());
          }
          return System.nanoTime() - since.get() > STANDSTILL.toNanos();
        });
  }

  /** Until the storage tells that it is closed. */
  private void increment(DistributedStorage storage, String name, Crew crew) {
    Ledger.Told told = Ledger.Told.COMMITTED;
    for (int i = 0; !crew.isStopped() && (told == Ledger.Told.COMMITTED || !closing.get()); i++) {
      told = COUNTER.increment(storage, PATIENT, ledger, name + i);
    }
  }

  private void submit(DistributedStorage storage, String name, Crew crew) throws Exception {
    for (int i = 0; !crew.isStopped() && !closing.get(); i++) {
      String key = name + i;
      asynchronous.acquire();
      try {
        var unused =
            storage
                .runTransactionAsync(PATIENT, tx -> tx.write(key, ""))
                .whenComplete(
                    (result, failure) -> {
                      ledger.enter(key, failure);
                      asynchronous.release();
                    });
      } catch (RuntimeException closed) {
        ledger.enter(key, closed);
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
