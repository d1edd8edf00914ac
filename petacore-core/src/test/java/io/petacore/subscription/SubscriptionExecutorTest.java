package io.petacore.subscription;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.testing.SubscriptionRecorder;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Subscriptions get every change, whatever the executor does that they were given. */
@Timeout(90)
class SubscriptionExecutorTest {

  private static final KeyRange RANGE = KeyRange.prefix("a/");

  private final EmbeddedKvStore store = EmbeddedKvStore.inMemory();
  private final DistributedStorage storage = DistributedStorage.builder(store).open();
  private final CountDownLatch gate = new CountDownLatch(1);

  @AfterEach
  void close() {
    gate.countDown();
    storage.close();
    store.close();
  }

  private static void awaitPicture(SubscriptionRecorder recorder) {
    recorder.awaitPicture(Map.of(Bytes.utf8("a/1"), Bytes.utf8("x")), "");
  }

  private void awaitGate() {
    try {
      assertTrue(gate.await(60, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void anExecutorThatDropsACallIsGivenItAgain() {
    AtomicInteger dropped = new AtomicInteger();
    SubscriptionRecorder recorder = new SubscriptionRecorder(RANGE);
    storage.subscribe(
        RANGE,
        SubscribeOptions.defaults()
            .executor(
                task -> {
                  if (dropped.getAndIncrement() > 0) {
                    task.run();
                  }
                }),
        recorder);
    storage.runTransaction(tx -> tx.write("a/1", "x"));
    awaitPicture(recorder);
  }

  @Test
  void anExecutorThatRefusesLosesNothing() {
    ExecutorService shutDown = Executors.newSingleThreadExecutor();
    shutDown.shutdown();
    SubscriptionRecorder recorder = new SubscriptionRecorder(RANGE);
    storage.subscribe(RANGE, SubscribeOptions.defaults().executor(shutDown), recorder);
    storage.runTransaction(tx -> tx.write("a/1", "x"));
    awaitPicture(recorder);
  }

  @Test
  void anExecutorThatBlocksConcernsItsOwnSubscriptionsOnly() {
    SubscriptionRecorder stuck = new SubscriptionRecorder(RANGE);
    storage.subscribe(RANGE, SubscribeOptions.defaults().executor(task -> awaitGate()), stuck);
    SubscriptionRecorder recorder = new SubscriptionRecorder(RANGE);
    storage.subscribe(RANGE, recorder);
    storage.runTransaction(tx -> tx.write("a/1", "x"));
    awaitPicture(recorder);
  }
}
