package io.petacore.subscription;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.testing.Await;
import io.petacore.testing.Crew;
import io.petacore.testing.Seeds;
import io.petacore.testing.SteeredStore;
import io.petacore.testing.SubscriptionRecorder;
import io.petacore.transaction.ReadView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * <b>Invariant.</b> The state and all batches after it, folded, are the newest state: for every
 * subscriber however slow or failing, through breaks and resyncs. {@link SubscriptionRecorder}
 * checks each call.
 *
 * <p>The interleaving that would break it: a revision is published between the entry of a
 * subscription into the index and the read of the state that it follows. It must be dropped if the
 * state holds it, and delivered if not.
 */
@Timeout(120)
class SubscriptionPropertyTest {

  static LongStream seeds() {
    return Seeds.fresh(6);
  }

  private static Map<Bytes, Bytes> read(ReadView view, KeyRange range) {
    Map<Bytes, Bytes> all = new TreeMap<>();
    for (Entry entry : view.scan(range)) {
      all.put(entry.key(), entry.value());
    }
    return all;
  }

  /** A recorder that is slow or throws at random. */
  private static final class Unsteady extends SubscriptionRecorder {
    private final int delayMicros;
    private final double failing;

    Unsteady(KeyRange range, Random random) {
      super(range);
      this.delayMicros = random.nextInt(3) == 0 ? random.nextInt(5_000) : 0;
      this.failing = random.nextInt(4) == 0 ? 0.1 : 0;
    }

    @Override
    protected void before(String call) {
      if (delayMicros > 0) {
        LockSupport.parkNanos(1_000L * delayMicros);
      }
      if (ThreadLocalRandom.current().nextDouble() < failing) {
        throw new IllegalStateException("by the test");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void foldedBatchesAreTheNewestState(long seed) {
    Random random = new Random(seed);
    String replay = Seeds.replay(seed);
    try (EmbeddedKvStore embedded = EmbeddedKvStore.inMemory();
        SteeredStore store = new SteeredStore(embedded);
        DistributedStorage writer = DistributedStorage.builder(embedded).namespace("n/").open();
        DistributedStorage storage = DistributedStorage.builder(store).namespace("n/").open()) {
      List<SubscriptionRecorder> recorders = new ArrayList<>();
      List<KeyRange> ranges = new ArrayList<>();
      List<Subscription> subscriptions = new ArrayList<>();
      for (int step = 0; step < 150; step++) {
        switch (random.nextInt(12)) {
          case 0, 1 -> {
            KeyRange range =
                random.nextBoolean() ? KeyRange.all() : KeyRange.prefix("k" + random.nextInt(4));
            SubscriptionRecorder recorder = new Unsteady(range, random);
            SubscribeOptions options =
                SubscribeOptions.defaults().buffer(random.nextInt(10), random.nextInt(400));
            subscriptions.add(storage.subscribe(range, options, recorder));
            recorders.add(recorder);
            ranges.add(range);
          }
          case 2 -> store.cut();
          case 3, 4 -> store.mend();
          case 5 -> embedded.compact(writer.revision());
          case 6 -> {
            if (!subscriptions.isEmpty()) {
              subscriptions.get(random.nextInt(subscriptions.size())).close();
            }
          }
          default ->
              writer.runTransaction(
                  tx -> {
                    for (int i = random.nextInt(4); i >= 0; i--) {
                      String key = "k" + random.nextInt(4) + "/" + random.nextInt(3);
                      if (random.nextInt(3) == 0) {
                        tx.delete(Bytes.utf8(key));
                      } else {
                        tx.write(key, "v" + random.nextInt(1_000));
                      }
                    }
                  });
        }
      }
      store.mend();
      storage.awaitRevision(writer.revision(), Await.PATIENCE);
      for (int i = 0; i < recorders.size(); i++) {
        SubscriptionRecorder recorder = recorders.get(i);
        if (subscriptions.get(i).isClosed()) {
          recorder.awaitEnd();
        } else {
          recorder.awaitPicture(read(storage, ranges.get(i)), replay);
        }
        recorder.assertNoBreach(replay);
      }
    }
  }

  /** Subscribes and closes while others write, so that every interleaving of both occurs. */
  @Test
  void subscribingWhileRevisionsAreAppliedLosesNothing() {
    KeyRange range = KeyRange.prefix("k");
    try (EmbeddedKvStore store = EmbeddedKvStore.inMemory();
        DistributedStorage storage = DistributedStorage.builder(store).namespace("n/").open()) {
      List<SubscriptionRecorder> recorders = new ArrayList<>();
      List<Subscription> subscriptions = new ArrayList<>();
      try (Crew crew = new Crew()) {
        for (int writer = 0; writer < 2; writer++) {
          crew.repeat(
              () -> {
                int number = ThreadLocalRandom.current().nextInt(8);
                storage.runTransaction(tx -> tx.write("k" + number, "v" + System.nanoTime()));
              });
        }
        for (int i = 0; i < 100 && !crew.isStopped(); i++) {
          SubscriptionRecorder recorder = new SubscriptionRecorder(range);
          SubscribeOptions options = SubscribeOptions.defaults().buffer(i % 3, 1_000);
          subscriptions.add(storage.subscribe(range, options, recorder));
          recorders.add(recorder);
          int batches = i % 4;
          Await.until("batches", () -> recorder.batches().size() >= batches);
          if (i % 5 == 0) {
            subscriptions.get(i).close();
          }
        }
      }
      for (int i = 0; i < recorders.size(); i++) {
        if (!subscriptions.get(i).isClosed()) {
          recorders.get(i).awaitPicture(read(storage, range), " of " + i);
        }
        recorders.get(i).assertNoBreach(" of " + i);
      }
    }
  }

  @Test
  void oneBlockedAmongAThousandDelaysNoneAndIsRightAfterItsNextCall() {
    int count = 1_000;
    CountDownLatch gate = new CountDownLatch(1);
    try (EmbeddedKvStore store = EmbeddedKvStore.inMemory();
        DistributedStorage storage = DistributedStorage.builder(store).namespace("n/").open()) {
      List<SubscriptionRecorder> recorders = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        KeyRange range = KeyRange.prefix(i + "/");
        boolean blocked = i == 0;
        SubscriptionRecorder recorder =
            new SubscriptionRecorder(range) {
              @Override
              protected void before(String call) {
                if (blocked && !call.equals("state")) {
                  try {
                    assertTrue(gate.await(90, TimeUnit.SECONDS));
                  } catch (InterruptedException e) {
                    throw new AssertionError(e);
                  }
                }
              }
            };
        storage.subscribe(range, SubscribeOptions.defaults().buffer(10, 1_000), recorder);
        recorders.add(recorder);
      }
      Await.until(
          "all states", () -> recorders.stream().allMatch(recorder -> recorder.states() == 1));
      Subscription beside =
          storage.subscribe(KeyRange.prefix("0/"), new SubscriptionRecorder(KeyRange.prefix("0/")));
      int rounds = 30;
      for (int round = 0; round < rounds; round++) {
        String value = "v" + round;
        storage.runTransaction(
            tx -> {
              for (int i = 0; i < count; i++) {
                tx.write(i + "/x", value);
              }
            });
        for (int again = 0; again < 3; again++) {
          String key = "0/" + again;
          storage.runTransaction(tx -> tx.write(key, value));
        }
      }
      for (int i = 1; i < count; i++) {
        recorders.get(i).awaitPicture(read(storage, KeyRange.prefix(i + "/")), " of " + i);
      }
      Await.until("all is pending", () -> beside.deliveredRevision() >= storage.revision());
      assertTrue(recorders.get(0).batches().isEmpty(), "the gate is shut");
      assertTrue( // the call in progress, the buffer, and the net changes of the four keys
          storage.status().subscriptions().maxPendingChanges() <= 1 + 10 + 4,
          () -> storage.status().toString());
      gate.countDown();
      recorders.get(0).awaitPicture(read(storage, KeyRange.prefix("0/")), " of the blocked one");
      assertEquals(2, recorders.get(0).batches().size());
    }
  }
}
