package io.petacore.subscription;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.store.StoreException;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.testing.Await;
import io.petacore.testing.SteeredStore;
import io.petacore.testing.SubscriptionRecorder;
import io.petacore.transaction.Snapshot;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What subscriptions promise, each by itself. */
@Timeout(90)
class SubscriptionTest {

  private static final KeyRange RANGE = KeyRange.prefix("a/");

  private final EmbeddedKvStore embedded = EmbeddedKvStore.inMemory();
  private final SteeredStore store = new SteeredStore(embedded);
  private final DistributedStorage storage =
      DistributedStorage.builder(store).namespace("n/").open();
  private final CountDownLatch gate = new CountDownLatch(1);

  @AfterEach
  void close() {
    gate.countDown();
    storage.close();
    store.close();
  }

  private long write(String key, String value) {
    return storage.runTransaction(tx -> tx.write(key, value)).revision();
  }

  private static Map<Bytes, Bytes> state(String... keysAndValues) {
    Map<Bytes, Bytes> state = new TreeMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      state.put(Bytes.utf8(keysAndValues[i]), Bytes.utf8(keysAndValues[i + 1]));
    }
    return state;
  }

  private static Change change(String key, @Nullable String before, @Nullable String after) {
    return new Change(
        Bytes.utf8(key),
        before == null ? null : Bytes.utf8(before),
        after == null ? null : Bytes.utf8(after));
  }

  private void awaitGate() {
    try {
      assertTrue(gate.await(60, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A recorder whose first batch blocks it until the gate opens. */
  private final class Blocked extends SubscriptionRecorder {
    private final CountDownLatch entered = new CountDownLatch(1);

    Blocked() {
      super(RANGE);
    }

    @Override
    protected void before(String call) {
      if (!call.equals("state")) {
        entered.countDown();
        awaitGate();
      }
    }
  }

  @Test
  void deliversTheStateAndThenEveryRevisionOfTheRange() {
    write("a/1", "x");
    write("b/1", "x");
    SubscriptionRecorder recorder = new SubscriptionRecorder(RANGE);
    try (Subscription subscription = storage.subscribe(RANGE, recorder)) {
      recorder.awaitPicture(state("a/1", "x"), "");
      long second = write("a/1", "y");
      write("b/1", "y");
      long third =
          storage
              .runTransaction(
                  tx -> {
                    tx.write("a/2", "z");
                    tx.delete("a/1");
                    tx.write("b/2", "z");
                  })
              .revision();
      recorder.awaitPicture(state("a/2", "z"), "");
      List<ChangeBatch> batches = recorder.batches();
      assertEquals(2, batches.size());
      assertEquals(List.of(change("a/1", "x", "y")), batches.get(0).changes());
      assertEquals(second, batches.get(0).fromRevision());
      assertEquals(second, batches.get(0).toRevision());
      assertFalse(batches.get(0).conflated());
      assertEquals(
          List.of(change("a/1", "y", null), change("a/2", null, "z")), batches.get(1).changes());
      Await.until("delivered", () -> subscription.deliveredRevision() == third);
      assertEquals(1, storage.status().subscriptions().open());
      assertTrue(subscription.startRevision() < second);
    }
    recorder.awaitEnd();
    assertEquals(List.of(Optional.empty()), recorder.ends());
    assertEquals(0, storage.status().subscriptions().open());
  }

  @Test
  void withoutInitialStateItFollowsTheRevisionAppliedAtTheCall() {
    long before = write("a/1", "x");
    SubscriptionRecorder recorder = new SubscriptionRecorder(RANGE);
    recorder.beginWith(Bytes.utf8("a/1"), Bytes.utf8("x"));
    Subscription subscription =
        storage.subscribe(RANGE, SubscribeOptions.defaults().withoutInitialState(), recorder);
    assertTrue(subscription.startRevision() >= before);
    write("a/1", "y");
    recorder.awaitPicture(state("a/1", "y"), "");
    assertEquals(0, recorder.states());
  }

  @Test
  void aBusyListenerGetsOneBatchOfNetChanges() throws InterruptedException {
    Blocked recorder = new Blocked();
    storage.subscribe(RANGE, SubscribeOptions.defaults().buffer(2, 1_000), recorder);
    Await.until("the state", () -> recorder.states() == 1);
    Subscription next = storage.subscribe(RANGE, new SubscriptionRecorder(RANGE));
    write("a/0", "first");
    recorder.entered.await();
    long from = write("a/1", "1");
    write("a/2", "1");
    write("a/1", "2");
    write("a/3", "1");
    long to = storage.runTransaction(tx -> tx.delete(Bytes.utf8("a/3"))).revision();
    Await.until("all is pending", () -> next.deliveredRevision() >= to);
    gate.countDown();
    recorder.awaitPicture(state("a/0", "first", "a/1", "2", "a/2", "1"), "");
    assertEquals(2, recorder.batches().size());
    ChangeBatch last = recorder.batches().get(1);
    assertTrue(last.conflated());
    assertEquals(from, last.fromRevision());
    assertEquals(to, last.toRevision());
    assertEquals(List.of(change("a/1", null, "2"), change("a/2", null, "1")), last.changes());
    assertEquals(1, storage.status().counters().conflations());
  }

  @Test
  void aCallThatThrewIsMadeAgainWithoutAFurtherChange() {
    AtomicInteger calls = new AtomicInteger();
    SubscriptionRecorder recorder =
        new SubscriptionRecorder(RANGE) {
          @Override
          protected void before(String call) {
            if (calls.incrementAndGet() % 3 != 0) {
              if (calls.get() % 3 == 1) {
                throw new IllegalStateException("by the test");
              }
              throw new AssertionError("by the test");
            }
          }
        };
    write("a/1", "x");
    storage.subscribe(RANGE, recorder);
    recorder.awaitPicture(state("a/1", "x"), "");
    assertEquals(1, recorder.states());
    write("a/1", "y");
    recorder.awaitPicture(state("a/1", "y"), "");
    assertEquals(4, storage.status().counters().listenerFailures());
    assertEquals(List.of(change("a/1", "x", "y")), recorder.batches().get(0).changes());
  }

  @Test
  void aFailedBatchIsConflatedWithTheNext() {
    AtomicInteger calls = new AtomicInteger();
    SubscriptionRecorder recorder =
        new SubscriptionRecorder(RANGE) {
          @Override
          protected void before(String call) {
            if (!call.equals("state") && calls.getAndIncrement() == 0) {
              awaitGate();
              throw new IllegalStateException("by the test");
            }
          }
        };
    storage.subscribe(RANGE, recorder);
    Await.until("the state", () -> recorder.states() == 1);
    long first = write("a/1", "x");
    Await.until("the call", () -> calls.get() == 1);
    long second = write("a/1", "y");
    gate.countDown();
    recorder.awaitPicture(state("a/1", "y"), "");
    ChangeBatch batch = recorder.batches().get(0);
    assertEquals(List.of(change("a/1", null, "y")), batch.changes());
    assertEquals(List.of(first, second), List.of(batch.fromRevision(), batch.toRevision()));
    assertTrue(batch.conflated());
  }

  @Test
  void readsSeeAtLeastTheRevisionOfTheCall() {
    AtomicReference<@Nullable String> breach = new AtomicReference<>();
    AtomicInteger calls = new AtomicInteger();
    storage.subscribe(
        RANGE,
        SubscribeOptions.defaults().withoutInitialState(), // late, it would hold all writes below
        batch -> {
          if (storage.revision() < batch.toRevision()) {
            breach.set("at " + storage.revision() + ": " + batch);
          }
          calls.incrementAndGet();
        });
    for (int i = 0; i < 200; i++) {
      write("a/1", "v" + i);
    }
    Await.until("calls", () -> calls.get() > 0);
    assertEquals(null, breach.get());
  }

  @Test
  void aResyncIsOneBatchOfWhatDiffers() {
    write("a/1", "x");
    write("a/2", "x");
    SubscriptionRecorder recorder = new SubscriptionRecorder(RANGE);
    storage.subscribe(RANGE, recorder);
    recorder.awaitPicture(state("a/1", "x", "a/2", "x"), "");
    store.cut();
    long resyncs = storage.status().counters().resyncs();
    try (DistributedStorage other = DistributedStorage.builder(embedded).namespace("n/").open()) {
      other.runTransaction(tx -> tx.write("a/1", "y"));
      other.runTransaction(tx -> tx.delete(Bytes.utf8("a/2")));
      other.runTransaction(tx -> tx.write("a/3", "z"));
      embedded.compact(other.revision());
      other.runTransaction(tx -> tx.write("a/3", "zz"));
    }
    store.mend();
    recorder.awaitPicture(state("a/1", "y", "a/3", "zz"), "");
    assertEquals(resyncs + 1, storage.status().counters().resyncs());
    ChangeBatch batch = recorder.batches().get(0);
    assertTrue(batch.conflated(), batch::toString);
    assertEquals(
        List.of(change("a/1", "x", "y"), change("a/2", "x", null), change("a/3", null, "zz")),
        batch.changes());
  }

  @Test
  void closeReturnsWhenNoCallIsInProgress() throws InterruptedException {
    Blocked recorder = new Blocked();
    Subscription subscription = storage.subscribe(RANGE, recorder);
    Await.until("the state", () -> recorder.states() == 1);
    write("a/1", "x");
    recorder.entered.await();
    Thread closing = new Thread(subscription::close);
    closing.start();
    Await.until("closing", subscription::isClosed);
    Await.atRest(closing);
    assertTrue(closing.isAlive(), "close() has returned during a call");
    gate.countDown();
    closing.join();
    recorder.awaitEnd();
    write("a/1", "y");
    assertEquals(1, recorder.batches().size(), "a call after close()");
    assertEquals(List.of(Optional.empty()), recorder.ends());
  }

  @Test
  void closeInsideTheListenerReturnsAtOnce() {
    AtomicReference<@Nullable Subscription> self = new AtomicReference<>();
    SubscriptionRecorder recorder =
        new SubscriptionRecorder(RANGE) {
          @Override
          protected void before(String call) {
            if (!call.equals("state")) {
              Await.value("it", self::get).close();
              Await.value("it", self::get).close();
            }
          }
        };
    self.set(storage.subscribe(RANGE, recorder));
    Await.until("the state", () -> recorder.states() == 1);
    write("a/1", "x");
    recorder.awaitEnd();
    assertEquals(List.of(1, 1), List.of(recorder.batches().size(), recorder.ends().size()));
  }

  @Test
  void theStoragesCloseEndsSubscriptionsOnce() {
    SubscriptionRecorder recorder = new SubscriptionRecorder(RANGE);
    Subscription subscription = storage.subscribe(RANGE, recorder);
    storage.close();
    recorder.awaitEnd();
    subscription.close();
    assertEquals(List.of(Optional.empty()), recorder.ends());
    assertThrows(StorageClosedException.class, () -> storage.subscribe(RANGE, recorder));
  }

  @Test
  void theStoragesCloseEndsASubscriptionThatPauses() {
    AtomicInteger failures = new AtomicInteger();
    SubscriptionRecorder recorder =
        new SubscriptionRecorder(RANGE) {
          @Override
          protected void before(String call) {
            failures.incrementAndGet();
            throw new IllegalStateException("by the test");
          }
        };
    storage.subscribe(RANGE, recorder);
    Await.until("failures", () -> failures.get() > 1);
    storage.close();
    recorder.awaitEnd();
  }

  @Test
  void aClosedStoreEndsSubscriptionsWithItsFailure() {
    SubscriptionRecorder recorder = new SubscriptionRecorder(RANGE);
    storage.subscribe(RANGE, recorder);
    Await.until("the state", () -> recorder.states() == 1);
    store.close();
    recorder.awaitEnd();
    assertInstanceOf(StoreException.class, recorder.ends().get(0).orElseThrow());
  }

  @Test
  void awaitRevisionWaitsUntilItIsApplied() {
    long next = storage.revision() + 1;
    storage.awaitRevision(next - 1, Duration.ZERO);
    assertThrows(
        StoreUnavailableException.class, () -> storage.awaitRevision(next, Duration.ofMillis(1)));
    CompletableFuture<Void> waiting =
        CompletableFuture.runAsync(() -> storage.awaitRevision(next, Duration.ofSeconds(60)));
    write("a/1", "x");
    waiting.join();
    try (Snapshot snapshot = storage.snapshot()) {
      assertTrue(snapshot.revision() >= next);
    }
  }
}
