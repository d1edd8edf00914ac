package io.petacore.store.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.Guard;
import io.petacore.store.Operation;
import io.petacore.store.RangeRequest;
import io.petacore.store.StoreException;
import io.petacore.testing.Answers;
import io.petacore.testing.RecordingListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The threads of the embedded store, and the expiry of its leases. */
class EmbeddedThreadsTest {
  private static final KeyRange ALL = KeyRange.prefix(Bytes.EMPTY);
  private static final Bytes KEY = Bytes.utf8("key");

  private final AtomicLong ticker = new AtomicLong();
  private EmbeddedKvStore store = EmbeddedKvStore.inMemory();

  @AfterEach
  void close() {
    store.close();
  }

  private static Batch put(long lease) {
    return new Batch(List.of(), List.of(new Operation.Put(KEY, Bytes.EMPTY, lease)), List.of());
  }

  @Test
  void futuresAreCompleteWhenTheCallReturns() {
    assertTrue(store.commit(put(0)).isDone());
    assertTrue(store.range(new RangeRequest(ALL, 0, 0)).isDone());
    assertTrue(store.grantLease(Duration.ofMinutes(1)).isDone());
  }

  @Test
  void listenersAreCalledByTheStoresThreadAndMayCallTheStore() throws Exception {
    CompletableFuture<Thread> caller = new CompletableFuture<>();
    CompletableFuture<BatchResult> inside = new CompletableFuture<>();
    RecordingListener listener =
        new RecordingListener(
            revisions -> {
              if (!caller.isDone()) {
                caller.complete(Thread.currentThread());
                inside.complete(store.commit(put(0)).join());
              }
            });
    store.watch(ALL, 1, listener);
    BatchResult first = store.commit(put(0)).join();

    assertNotEquals(Thread.currentThread(), Answers.answer(caller));
    assertTrue(Answers.answer(caller).isDaemon());
    listener.awaitOpened();
    assertEquals(first.revision(), listener.nextRevision().revision());
    assertEquals(Answers.answer(inside).revision(), listener.nextRevision().revision());
  }

  @Test
  void endedWatchesAreRemoved() throws Exception {
    RecordingListener last = new RecordingListener();
    for (int i = 0; i < 100; i++) {
      store.watch(ALL, 1, new RecordingListener()).close();
    }
    store.watch(ALL, 1, last);
    last.awaitOpened();
    assertEquals(1, store.watches());
  }

  @Test
  void aListenerMayCloseTheStore() throws Exception {
    AtomicReference<Thread> thread = new AtomicReference<>();
    RecordingListener closing =
        new RecordingListener(
            revisions -> {
              thread.set(Thread.currentThread());
              store.close();
            });
    RecordingListener other = new RecordingListener();
    store.watch(ALL, 1, closing);
    store.watch(ALL, 1, other);
    other.awaitOpened();
    store.commit(put(0)).join();

    closing.awaitOpened();
    closing.nextRevision();
    assertEquals(StoreException.Kind.CLOSED, closing.awaitEnd().kind());
    store.close();
    thread.get().join(TimeUnit.SECONDS.toMillis(30));
    assertFalse(thread.get().isAlive());
  }

  @Test
  void aListenerThatInterruptsTheThreadHasNoEffect() throws Exception {
    CompletableFuture<Thread> caller = new CompletableFuture<>();
    RecordingListener interrupting =
        new RecordingListener(
            revisions -> {
              caller.complete(Thread.currentThread());
              Thread.currentThread().interrupt();
            });
    store.watch(ALL, 1, interrupting);
    interrupting.awaitOpened();
    for (int i = 0; i < 3; i++) {
      long revision = store.commit(put(0)).join().revision();
      assertEquals(revision, interrupting.nextRevision().revision());
      // The interrupt takes effect when the thread waits for work.
      Thread thread = Answers.answer(caller);
      while (thread.isAlive() && thread.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
    }
    interrupting.assertQuiet();
  }

  @Test
  void closeIsNotCutShortByAnInterrupt() throws Exception {
    CompletableFuture<Thread> atWork = new CompletableFuture<>();
    CompletableFuture<Void> release = new CompletableFuture<>();
    store.watch(
        ALL,
        1,
        new RecordingListener(
            revisions -> {
              atWork.complete(Thread.currentThread());
              release.join();
            }));
    store.commit(put(0)).join();
    Thread thread = Answers.answer(atWork);

    CompletableFuture<Boolean> closed = new CompletableFuture<>();
    Thread closer =
        new Thread(
            () -> {
              Thread.currentThread().interrupt();
              store.close();
              closed.complete(Thread.currentThread().isInterrupted() && !thread.isAlive());
            });
    closer.start();
    while (!store.describe().isCompletedExceptionally()) {
      Thread.onSpinWait();
    }
    assertFalse(closed.isDone());
    release.complete(null);
    assertTrue(Answers.answer(closed), "interrupt kept, thread gone");
  }

  /** If the machine stalls for longer than the lease lasts, a longer lease is tried. */
  @Test
  void aLeaseExpiresByItselfInRealTime() throws Exception {
    store.grantLease(Duration.ofMinutes(10)).join();
    RecordingListener listener = new RecordingListener();
    store.watch(ALL, 1, listener);
    long lease;
    CompletableFuture<BatchResult> committed;
    Duration time = Duration.ofMillis(20);
    do {
      lease = store.grantLease(time).join();
      committed = store.commit(put(lease));
      time = time.multipliedBy(2);
    } while (committed.handle((result, tooLate) -> tooLate != null).join());
    long revision = committed.join().revision();
    listener.awaitOpened();
    assertEquals(revision, listener.nextRevision().revision());
    assertEquals(revision + 1, listener.nextRevision().revision());
    Answers.assertFails(StoreException.Kind.LEASE_NOT_FOUND, store.renewLease(lease));
  }

  private void openWithTicker() {
    store.close();
    store = EmbeddedKvStore.builder().leaseTicker(ticker::get).build();
  }

  @Test
  void noCallSeesAnExpiredLease() throws Exception {
    openWithTicker();
    long lease = store.grantLease(Duration.ofNanos(100)).join();
    assertEquals(2, store.commit(put(lease)).join().revision());
    ticker.set(99);
    Answers.answer(store.renewLease(lease));
    ticker.set(198);
    Batch ifAbsent =
        new Batch(
            List.of(new Guard.OfKey(KEY, 0)),
            List.of(new Operation.Put(KEY, Bytes.EMPTY)),
            List.of());
    assertFalse(store.commit(ifAbsent).join().applied());

    ticker.set(199);
    Answers.assertFails(StoreException.Kind.LEASE_NOT_FOUND, store.commit(put(lease)));
    BatchResult created = store.commit(ifAbsent).join();
    assertTrue(created.applied());
    assertEquals(4, created.revision(), "the lease's end had a revision of its own");
  }

  @Test
  void leasesExpireInOrderEachInItsOwnRevision() throws Exception {
    openWithTicker();
    long late = store.grantLease(Duration.ofNanos(300)).join();
    long soon = store.grantLease(Duration.ofNanos(100)).join();
    commit(new Operation.Put(Bytes.utf8("late"), Bytes.EMPTY, late));
    commit(new Operation.Put(Bytes.utf8("soon"), Bytes.EMPTY, soon));
    RecordingListener listener = new RecordingListener();
    store.watch(ALL, 4, listener);

    ticker.set(1_000);
    store.expireLeases();

    listener.awaitOpened();
    assertEquals(Bytes.utf8("soon"), listener.nextRevision().events().get(0).key());
    assertEquals(Bytes.utf8("late"), listener.nextRevision().events().get(0).key());
  }

  private void commit(Operation operation) {
    store.commit(new Batch(List.of(), List.of(operation), List.of())).join();
  }

  @Test
  void aTimeToLiveMustBePositiveAndMayBeUnlimited() throws Exception {
    openWithTicker();
    for (Duration refused : List.of(Duration.ZERO, Duration.ofNanos(-1))) {
      Answers.assertFails(StoreException.Kind.REJECTED, store.grantLease(refused));
    }
    long lease = store.grantLease(Duration.ofSeconds(Long.MAX_VALUE)).join();
    ticker.set(Duration.ofDays(36_500).toNanos());
    Answers.answer(store.renewLease(lease));
  }

  @Test
  void negativeRevisionsAndLimitsAreRefused() {
    Answers.assertFails(StoreException.Kind.REJECTED, store.range(new RangeRequest(ALL, -1, 0)));
    Answers.assertFails(StoreException.Kind.REJECTED, store.range(new RangeRequest(ALL, 0, -1)));
  }
}
