package io.petacore.internal.mvcc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.error.StorageClosedException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class AppliedWaitersTest {
  private static final int ROUNDS = 30_000;

  private final AppliedWaiters waiters = new AppliedWaiters();
  private final AtomicReference<AppliedState> applied = new AtomicReference<>(at(0));

  private static AppliedState at(long revision) {
    return new AppliedState(revision, revision, 0, 0);
  }

  private void publish(long revision) {
    applied.set(at(revision));
    waiters.complete(at(revision));
  }

  @Test
  void anAppliedRevisionCompletesImmediately() {
    publish(5);
    assertEquals(at(5), waiters.await(4, applied::get).join());
    assertEquals(at(5), waiters.await(5, applied::get).join());
    assertFalse(waiters.await(6, applied::get).isDone());
  }

  /** The writer publishes after the waiter's first read and before it enters the queue. */
  @Test
  void aRevisionAppliedDuringRegistrationIsNotMissed() {
    AtomicInteger looks = new AtomicInteger();
    Supplier<AppliedState> meanwhile = () -> at(looks.getAndIncrement() == 0 ? 0 : 3);
    assertEquals(at(3), waiters.await(3, meanwhile).join());
  }

  @Test
  void eachWaiterCompletesAtItsRevision() {
    CompletableFuture<AppliedState> third = waiters.await(3, applied::get);
    CompletableFuture<AppliedState> first = waiters.await(1, applied::get);
    CompletableFuture<AppliedState> alsoThird = waiters.await(3, applied::get);
    publish(2);
    assertEquals(at(2), first.join());
    assertFalse(third.isDone());
    publish(4);
    assertEquals(at(4), third.join());
    assertEquals(at(4), alsoThird.join());
  }

  @Test
  void abandonedWaitersFailAndLaterOnesWait() {
    CompletableFuture<AppliedState> lost = waiters.await(3, applied::get);
    waiters.abandon(new StorageClosedException("scripted"));
    assertThrows(CompletionException.class, lost::join);
    CompletableFuture<AppliedState> later = waiters.await(3, applied::get);
    publish(3);
    assertTrue(later.isDone());
  }

  @Test
  void aWaiterAfterCloseFailsImmediately() {
    CompletableFuture<AppliedState> before = waiters.await(3, applied::get);
    waiters.close(new StorageClosedException("scripted"));
    assertThrows(CompletionException.class, before::join);
    assertTrue(waiters.await(3, applied::get).isCompletedExceptionally());
    assertEquals(at(0), waiters.await(0, applied::get).join());
  }

  @Test
  void aCancelledWaiterIsReleased() {
    CompletableFuture<AppliedState> stays = waiters.await(3, applied::get);
    for (int i = 0; i < 1_000; i++) {
      waiters.await(3, applied::get).cancel(false);
    }
    assertEquals(1, waiters.count());
    publish(3);
    assertEquals(at(3), stays.join());
    assertEquals(0, waiters.count());
  }

  /** Dependent actions run without the lock, so they may wait for the next revision. */
  @Test
  void aDependentActionMayWaitAgain() {
    AtomicReference<CompletableFuture<AppliedState>> next =
        new AtomicReference<>(new CompletableFuture<>());
    CompletableFuture<Void> chained =
        waiters
            .await(1, applied::get)
            .thenAccept(
                now -> {
                  assertFalse(Thread.holdsLock(waiters));
                  next.set(waiters.await(now.revision() + 1, applied::get));
                });
    publish(1);
    chained.join();
    assertFalse(next.get().isDone());
    publish(2);
    assertTrue(next.get().isDone());
  }

  /**
   * Each revision is published just when a thread starts to wait for it, and the next one only
   * after that wait has ended, so a lost waiter would wait forever.
   */
  @Test
  void noWaiterIsLostUnderConcurrency() throws Exception {
    AtomicLong wanted = new AtomicLong();
    ExecutorService threads = Executors.newSingleThreadExecutor();
    Future<?> writer =
        threads.submit(
            () -> {
              for (long revision = 1; revision <= ROUNDS; revision++) {
                while (wanted.get() < revision) {
                  Thread.onSpinWait();
                }
                publish(revision);
              }
            });
    try {
      for (long revision = 1; revision <= ROUNDS; revision++) {
        wanted.set(revision);
        AppliedState state = waiters.await(revision, applied::get).get(30, TimeUnit.SECONDS);
        assertEquals(revision, state.revision());
      }
    } finally {
      wanted.set(ROUNDS); // the writer comes to its end in any case
      writer.get();
      threads.shutdown();
    }
  }
}
