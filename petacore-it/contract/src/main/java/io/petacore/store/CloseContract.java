package io.petacore.store;

import static io.petacore.store.StoreUnderTest.batch;
import static io.petacore.testing.Answers.answer;
import static io.petacore.testing.Answers.assertFails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.testing.RecordingListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The contract of {@link KvStore#close} and {@link KvStore#describe}. */
interface CloseContract {

  long THREAD_END_MILLIS = 5_000;

  StoreUnderTest under();

  /** The live threads that the store has started. */
  Set<Thread> storeThreads();

  @Test
  default void aStoreSaysWhoItIs() throws Exception {
    assertFalse(answer(under().store().describe()).isBlank());
  }

  @Test
  default void limitsArePositive() {
    assertTrue(under().store().limits().maxOperations() > 0);
    assertTrue(under().store().limits().maxRequestBytes() > 0);
  }

  @Test
  default void closeTellsEveryWatch() throws Exception {
    long start = under().write(under().put("k", "v"));
    List<RecordingListener> listeners = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      listeners.add(under().watch(under().all(), start).awaitOpened());
    }
    for (RecordingListener listener : listeners) {
      listener.nextRevision();
    }

    under().store().close();

    for (RecordingListener listener : listeners) {
      assertEquals(StoreException.Kind.CLOSED, listener.awaitEnd().kind());
      listener.assertQuiet();
    }
  }

  @Test
  default void afterCloseEveryCallIsRefused() throws Exception {
    under().write(under().put("k", "v"));
    long lease = answer(under().store().grantLease(Duration.ofMinutes(10)));

    under().store().close();
    under().store().close();

    KvStore store = under().store();
    StoreException.Kind closed = StoreException.Kind.CLOSED;
    assertFails(closed, store.range(new RangeRequest(under().all(), 0, 0)));
    assertFails(closed, store.commit(batch(under().put("k", "v"))));
    assertFails(closed, store.grantLease(Duration.ofMinutes(10)));
    assertFails(closed, store.renewLease(lease));
    assertFails(closed, store.revokeLease(lease));
    assertFails(closed, store.describe());
    RecordingListener listener = under().watch(under().all(), 1);
    assertEquals(closed, listener.awaitEnd().kind());
    listener.assertQuiet();
  }

  @Test
  default void closeLeavesNoThreadAndNoFuture() throws Exception {
    RecordingListener listener = under().watch(under().all(), under().newest() + 1).awaitOpened();
    List<CompletableFuture<Void>> workers = new ArrayList<>();
    CountDownLatch busy = new CountDownLatch(200);
    for (int worker = 0; worker < 4; worker++) {
      Operation put = under().put("worker-" + worker, "v");
      workers.add(StoreUnderTest.start(() -> commitUntilRefused(put, busy)));
    }
    assertTrue(busy.await(30, TimeUnit.SECONDS));
    assertFalse(storeThreads().isEmpty(), "the test knows the store's threads");

    under().store().close();

    // A thread pool terminates shortly before its last thread.
    for (Thread thread : storeThreads()) {
      thread.join(THREAD_END_MILLIS);
    }
    assertEquals(
        Set.of(), storeThreads().stream().map(Thread::getName).collect(Collectors.toSet()));
    for (CompletableFuture<Void> worker : workers) {
      answer(worker);
    }
    assertEquals(StoreException.Kind.CLOSED, listener.awaitEndAfterRevisions().kind());
    listener.assertQuiet();
  }

  private void commitUntilRefused(Operation put, CountDownLatch busy) throws Exception {
    while (true) {
      try {
        answer(under().store().commit(batch(put)));
        busy.countDown();
      } catch (ExecutionException e) {
        StoreException.Kind kind = assertInstanceOf(StoreException.class, e.getCause()).kind();
        assertTrue(
            kind == StoreException.Kind.CLOSED || kind == StoreException.Kind.OUTCOME_UNKNOWN,
            "refused as " + kind);
        return;
      }
    }
  }
}
