package io.petacore.internal.writebehind;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.store.BatchResult;
import io.petacore.store.KvStore;
import io.petacore.store.StoreException.Kind;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.subscription.Change;
import io.petacore.subscription.Subscription;
import io.petacore.testing.Await;
import io.petacore.testing.CommitFaults;
import io.petacore.testing.Crew;
import io.petacore.testing.Seeds;
import io.petacore.testing.SteeredStore;
import io.petacore.transaction.WriteBehind;
import io.petacore.transaction.WriteBehindFailure;
import io.petacore.transaction.WriteBehindOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Writers, and a store that is out of reach at times, loses answers, and executes batches late.
 *
 * <p><b>Invariant.</b> The values of a key, as another node sees them, only rise, as they were
 * written; and after a flush of its writer the newest is stored.
 */
class WriteBehindOrderTest {

  private static final int WRITERS = 4;
  private static final int KEYS = 20;

  private final KvStore inner = EmbeddedKvStore.inMemory();
  private final SteeredStore store = new SteeredStore(inner);
  private final CommitFaults faults = new CommitFaults(store, "");
  private volatile long outageEnd = System.nanoTime();
  private volatile boolean lastSeen; // written by one call at a time
  private final List<String> broken = new CopyOnWriteArrayList<>();

  static LongStream seeds() {
    return Seeds.fresh(5);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aValueNeverOverwritesANewerOne(long seed) throws Exception {
    ExecutorService late = Executors.newFixedThreadPool(4);
    List<WriteBehindFailure> reported = new CopyOnWriteArrayList<>();
    Map<String, Long> written = new ConcurrentHashMap<>();
    try (DistributedStorage other = DistributedStorage.open(inner);
        DistributedStorage storage =
            DistributedStorage.builder(store).commitTimeout(Duration.ofMillis(100)).open()) {
      Subscription seen =
          other.subscribe(KeyRange.all(), batch -> batch.changes().forEach(this::check));
      Random random = new Random(seed);
      faults.inject((keys, pass) -> fault(random, pass, late));
      try (WriteBehind buffer =
              storage.writeBehind(
                  WriteBehindOptions.defaults()
                      .flushInterval(Duration.ofMillis(2))
                      .onFailure(reported::add));
          Crew crew = new Crew()) {
        for (int writer = 0; writer < WRITERS; writer++) {
          String prefix = "key " + writer + " ";
          Random choice = new Random(seed + writer);
          crew.start(() -> write(buffer, other, prefix, choice, written));
        }
        crew.join();
        faults.stop();
        buffer.flush();
        assertEquals(0, buffer.bytes());
        written.forEach((key, value) -> assertEquals("" + value, storage.read(key), key));
      }
      storage.runTransaction(tx -> tx.write("the last", "1"));
      Await.until("all is seen", () -> lastSeen);
      seen.close();
    } finally {
      late.shutdown();
      assertTrue(late.awaitTermination(30, TimeUnit.SECONDS));
      inner.close();
    }
    assertEquals(List.of(), broken, () -> Seeds.replay(seed));
    assertEquals(List.of(), reported, () -> Seeds.replay(seed));
  }

  private static void write(
      WriteBehind buffer,
      DistributedStorage other,
      String prefix,
      Random random,
      Map<String, Long> written) {
    for (long i = 1; i <= 3_000; i++) {
      String key = prefix + random.nextInt(KEYS);
      buffer.write(key, "" + i);
      written.put(key, i);
      assertEquals("" + i, buffer.read(key), "its own write");
      if (i % 300 == 0) {
        buffer.flush();
        other.barrier();
        assertEquals("" + i, other.read(key), "after a flush");
      }
    }
  }

  private void check(Change change) {
    if (change.key().equals(Bytes.utf8("the last"))) {
      lastSeen = true;
    }
    long before = change.before() == null ? 0 : Long.parseLong(change.before().toUtf8());
    long after = change.after() == null ? 0 : Long.parseLong(change.after().toUtf8());
    if (after < before) {
      broken.add(change.key() + " from " + before + " to " + after);
    }
  }

  /** A request that arrives late: only time makes it so. */
  private static void pause(int millis) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  private CompletableFuture<BatchResult> fault(
      Random random, Supplier<CompletableFuture<BatchResult>> pass, ExecutorService late) {
    int kind;
    int delay;
    synchronized (random) {
      kind = random.nextInt(20);
      delay = random.nextInt(300);
    }
    if (kind == 0) {
      outageEnd = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(delay);
    }
    if (System.nanoTime() - outageEnd < 0) {
      return CommitFaults.failed(Kind.UNAVAILABLE);
    }
    return switch (kind) {
      case 1 -> pass.get().thenCompose(done -> CommitFaults.failed(Kind.OUTCOME_UNKNOWN));
      case 2 -> {
        late.execute(
            () -> {
              pause(delay);
              pass.get().handle((result, failure) -> true).join();
            });
        yield CommitFaults.failed(Kind.OUTCOME_UNKNOWN);
      }
      case 3 -> CommitFaults.failed(Kind.OUTCOME_UNKNOWN);
      default -> pass.get();
    };
  }
}
