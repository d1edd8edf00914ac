package io.petacore.store.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.Event;
import io.petacore.store.Guard;
import io.petacore.store.KeyValue;
import io.petacore.store.Operation;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import io.petacore.store.RevisionEvents;
import io.petacore.store.StoreException;
import io.petacore.testing.Answers;
import io.petacore.testing.RecordingListener;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Invariants under concurrency, from a seed that a failure prints. */
class EmbeddedConcurrencyTest {
  private static final KeyRange ALL = KeyRange.prefix(Bytes.EMPTY);
  private static final int KEYS = 20;

  private final long seed = System.nanoTime();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private EmbeddedKvStore store = EmbeddedKvStore.inMemory();

  @AfterEach
  void close() {
    store.close();
    threads.shutdownNow();
  }

  private static Bytes key(int number) {
    return Bytes.utf8("key-" + number);
  }

  private static void join(Collection<Future<?>> workers) throws Exception {
    for (Future<?> worker : workers) {
      worker.get();
    }
  }

  private void start(List<Future<?>> workers, Callable<?> work) {
    workers.add(threads.submit(work));
  }

  /** Several writers, and watches that start at any time and revision. */
  @Test
  void everyWatchReceivesEveryRevisionOnceAndInOrder() throws Exception {
    NavigableMap<Long, List<Bytes>> committed = new ConcurrentSkipListMap<>();
    AtomicInteger busy = new AtomicInteger(4);
    List<Future<?>> workers = new ArrayList<>();
    for (int worker = 0; worker < 4; worker++) {
      Random random = new Random(seed + worker);
      start(
          workers,
          () -> {
            for (int i = 0; i < 3_000; i++) {
              commitSomething(random, committed);
            }
            return busy.decrementAndGet();
          });
    }
    List<RecordingListener> listeners = new ArrayList<>();
    List<Long> starts = new ArrayList<>();
    Random random = new Random(seed - 1);
    while (busy.get() > 0) {
      long newest = store.range(new RangeRequest(ALL, 0, 1)).join().revision();
      long from = 1 + random.nextLong(newest + 10);
      RecordingListener listener = new RecordingListener();
      store.watch(ALL, from, listener);
      if (listeners.size() < 60) {
        listeners.add(listener.awaitOpened());
        starts.add(from);
      }
    }
    join(workers);

    for (int i = 0; i < listeners.size(); i++) {
      Map<Long, List<Bytes>> expected = committed.tailMap(starts.get(i), true);
      List<RevisionEvents> received = listeners.get(i).nextRevisions(expected.size());
      assertEquals(
          List.copyOf(expected.keySet()),
          received.stream().map(RevisionEvents::revision).toList(),
          "seed " + seed);
      for (RevisionEvents revision : received) {
        assertEquals(
            expected.get(revision.revision()),
            revision.events().stream().map(Event::key).toList(),
            "seed " + seed);
      }
      listeners.get(i).assertQuiet();
    }
  }

  /** Puts three different keys, the third only if it was absent, or at random. */
  private void commitSomething(Random random, Map<Long, List<Bytes>> committed) {
    int first = random.nextInt(KEYS);
    List<Bytes> keys = List.of(key(first), key(first + KEYS), key(first + 2 * KEYS));
    Batch batch =
        new Batch(
            List.of(),
            List.of(
                new Operation.Put(keys.get(0), Bytes.EMPTY),
                new Operation.Put(keys.get(1), Bytes.EMPTY),
                new Operation.Group(
                    List.of(new Guard.OfKey(keys.get(2), random.nextInt(100))),
                    List.of(new Operation.Put(keys.get(2), Bytes.EMPTY)))),
            List.of());
    BatchResult result = store.commit(batch).join();
    List<Bytes> before =
        committed.put(result.revision(), result.groups().get(0) ? keys : keys.subList(0, 2));
    assertEquals(null, before, "one revision given twice");
  }

  /**
   * Amounts move between accounts, empty accounts are deleted, and the history is short. Every
   * readable revision must show the total amount: a version that was freed by compaction must not
   * look like an absent key.
   */
  @Test
  void readsDuringCompactionAreCorrectOrFail() throws Exception {
    store.close();
    store = EmbeddedKvStore.builder().historyBytes(2_000).build();
    for (int i = 0; i < KEYS; i++) {
      commit(List.of(), List.of(new Operation.Put(key(i), Bytes.utf8("10"))));
    }
    long loaded = store.range(new RangeRequest(ALL, 0, 1)).join().revision();
    AtomicInteger busy = new AtomicInteger(2);
    List<Future<?>> workers = new ArrayList<>();
    for (int worker = 0; worker < 2; worker++) {
      Random random = new Random(seed + worker);
      start(
          workers,
          () -> {
            for (int i = 0; i < 20_000; i++) {
              transfer(random);
            }
            return busy.decrementAndGet();
          });
    }
    int right = 0;
    int refused = 0;
    Random random = new Random(seed - 1);
    while (busy.get() > 0) {
      long newest = store.range(new RangeRequest(ALL, 0, 1)).join().revision();
      long revision = random.nextInt(4) == 0 ? 0 : Math.max(loaded, newest - random.nextInt(12));
      try {
        RangePage page = Answers.answer(store.range(new RangeRequest(ALL, revision, 0)));
        int sum = page.entries().stream().mapToInt(EmbeddedConcurrencyTest::amount).sum();
        assertEquals(10 * KEYS, sum, "at " + revision + ", seed " + seed);
        right++;
      } catch (ExecutionException e) {
        assertEquals(
            StoreException.Kind.COMPACTED,
            assertInstanceOf(StoreException.class, e.getCause()).kind());
        assertTrue(revision != 0, "the newest revision can always be read");
        refused++;
      }
    }
    join(workers);
    assertTrue(right > 0 && refused > 0, right + " right, " + refused + " refused");
  }

  private static int amount(KeyValue entry) {
    return Integer.parseInt(entry.value().toUtf8());
  }

  private void transfer(Random random) {
    Bytes from = key(random.nextInt(KEYS));
    Bytes to = key(random.nextInt(KEYS));
    List<KeyValue> source =
        store.range(new RangeRequest(KeyRange.single(from), 0, 0)).join().entries();
    List<KeyValue> target =
        store.range(new RangeRequest(KeyRange.single(to), 0, 0)).join().entries();
    if (from.equals(to) || source.isEmpty()) {
      return;
    }
    int rest = amount(source.get(0)) - 1;
    int more = (target.isEmpty() ? 0 : amount(target.get(0))) + 1;
    commit(
        List.of(
            new Guard.OfKey(from, source.get(0).modRevision()),
            new Guard.OfKey(to, target.isEmpty() ? 0 : target.get(0).modRevision())),
        List.of(
            rest == 0 ? new Operation.Delete(from) : new Operation.Put(from, Bytes.utf8("" + rest)),
            new Operation.Put(to, Bytes.utf8("" + more))));
  }

  private void commit(List<Guard> guards, List<Operation> operations) {
    store.commit(new Batch(guards, operations, List.of())).join();
  }
}
