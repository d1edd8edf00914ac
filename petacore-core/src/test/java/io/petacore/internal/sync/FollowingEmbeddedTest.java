package io.petacore.internal.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.clock.HybridLogicalClock;
import io.petacore.clock.PhysicalClock;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.concurrent.ThreadScheduler;
import io.petacore.internal.format.CommitRecord;
import io.petacore.internal.format.SessionId;
import io.petacore.internal.monitoring.Monitor;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.mvcc.Order;
import io.petacore.internal.mvcc.RecordingRevisionListener;
import io.petacore.internal.mvcc.RevisionListener;
import io.petacore.store.Batch;
import io.petacore.store.KeyValue;
import io.petacore.store.Operation;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import io.petacore.store.embedded.EmbeddedKvStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Caches that replicate an embedded store on real threads during writes: the sum of the accounts is
 * the same at every revision, and finally every cache equals the store.
 */
@Timeout(120)
class FollowingEmbeddedTest {
  private static final int ACCOUNTS = 700; // some pages of the load
  private static final int START = 10;
  private static final int COMMITS = 4_000;

  private final long seed = System.nanoTime();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Follower> followers = new ArrayList<>();
  private EmbeddedKvStore store = EmbeddedKvStore.inMemory();
  private volatile boolean writing = true;

  /** The replicating part of a node. */
  private static final class Follower {
    private final ThreadScheduler scheduler = new ThreadScheduler("follower");
    private final MvccCache cache = new MvccCache(Duration.ofMillis(50), scheduler::nanoTime);
    private final RevisionListener listener = new RecordingRevisionListener();
    private final Synchronizer synchronizer;

    Follower(EmbeddedKvStore store) {
      synchronizer =
          new Synchronizer(
              store,
              Node.NAMESPACE,
              cache,
              new HybridLogicalClock(PhysicalClock.system(), Duration.ofMillis(500)),
              scheduler,
              Duration.ofSeconds(10),
              listener,
              state -> {},
              new Monitor("", PhysicalClock.system(), scheduler::nanoTime));
    }

    Map<String, String> contents() {
      Map<String, String> contents = new TreeMap<>();
      Iterator<Entry> scan =
          cache.scan(KeyRange.all(), Order.ASCENDING, cache.applied().timestamp());
      scan.forEachRemaining(entry -> contents.put(entry.key().toUtf8(), entry.value().toUtf8()));
      return contents;
    }

    int sum() {
      return contents().values().stream().mapToInt(Integer::parseInt).sum();
    }
  }

  @AfterEach
  void close() throws InterruptedException {
    writing = false;
    followers.forEach(follower -> follower.synchronizer.close());
    for (Follower follower : followers) {
      follower.scheduler.shutdown();
      assertTrue(follower.scheduler.awaitTermination(Duration.ofSeconds(30)));
    }
    threads.shutdownNow();
    store.close();
  }

  private Follower follower() {
    Follower follower = new Follower(store);
    followers.add(follower);
    return follower;
  }

  private static String account(int number) {
    return String.format("account%04d", number);
  }

  private void fill() {
    for (int first = 0; first < ACCOUNTS; first += 100) {
      List<Operation> puts = new ArrayList<>();
      for (int i = first; i < first + 100; i++) {
        puts.add(Node.put(account(i), "" + START));
      }
      store.commit(new Batch(List.of(), puts, List.of())).join();
    }
  }

  /** Moves amounts between accounts; an empty account is deleted. */
  private void write() {
    Random random = new Random(seed);
    SessionId session = SessionId.random();
    int[] balances = new int[ACCOUNTS];
    Arrays.fill(balances, START);
    for (int i = 0; i < COMMITS && writing; i++) {
      int from = random.nextInt(ACCOUNTS);
      int to = random.nextInt(ACCOUNTS);
      if (from == to || balances[from] == 0) {
        continue;
      }
      int amount = random.nextInt(balances[from]) + 1;
      balances[from] -= amount;
      balances[to] += amount;
      long timestamp = PhysicalClock.system().nanos();
      store
          .commit(
              new Batch(
                  List.of(),
                  List.of(
                      Node.record(new CommitRecord(timestamp, session, i).encode()),
                      balances[from] == 0
                          ? Node.delete(account(from))
                          : Node.put(account(from), "" + balances[from]),
                      Node.put(account(to), "" + balances[to])),
                  List.of()))
          .join();
    }
  }

  private long read(Follower follower) {
    long read = 0;
    while (writing) {
      try {
        assertEquals(ACCOUNTS * START, follower.sum());
        read++;
      } catch (TransactionTooOldException slept) {
        // The snapshot was below the horizon, which is reported.
      }
    }
    return read;
  }

  private void assertEqualToStore(Follower follower) throws Exception {
    RangePage page = store.range(new RangeRequest(Node.NAMESPACE.range(), 0, 0)).join();
    AppliedState applied = follower.cache.whenApplied(page.revision()).get(60, TimeUnit.SECONDS);
    assertEquals(page.revision(), applied.revision());
    Map<String, String> expected = new TreeMap<>();
    for (KeyValue stored : page.entries()) {
      Bytes key = Node.NAMESPACE.fromStore(stored.key());
      if (key.byteAt(0) != 0) {
        expected.put(key.toUtf8(), stored.value().toUtf8());
      }
    }
    assertEquals(expected, follower.contents());
    assertEquals(expected.size(), applied.keys());
  }

  private void runWith(int nodes) throws Exception {
    fill();
    Future<?> writer = threads.submit(this::write);
    List<Future<Long>> readers = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      Follower follower = follower();
      CompletableFuture<Void> synced = follower.synchronizer.start();
      synced.get(60, TimeUnit.SECONDS);
      readers.add(threads.submit(() -> read(follower)));
    }
    try {
      writer.get();
      writing = false;
      for (Future<Long> reader : readers) {
        reader.get();
      }
      for (Follower follower : followers) {
        assertEqualToStore(follower);
      }
    } catch (Exception | AssertionError failure) {
      throw new AssertionError("seed " + seed, failure);
    }
  }

  @Test
  void nodesThatJoinDuringWritesSeeWholeRevisions() throws Exception {
    runWith(4);
    for (Follower follower : followers) {
      assertEquals(0, follower.synchronizer.counters().resyncs());
    }
  }

  /** The history is so short that loads of several pages and lagging watches miss it. */
  @Test
  void nodesBehindTheCompactionResync() throws Exception {
    store.close();
    store = EmbeddedKvStore.builder().historyBytes(20_000).build();
    runWith(2);
  }
}
