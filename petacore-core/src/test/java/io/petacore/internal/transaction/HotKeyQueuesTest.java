package io.petacore.internal.transaction;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.internal.commit.batch.Write;
import io.petacore.internal.concurrent.ManualScheduler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HotKeyQueuesTest {

  private static final Bytes A = Bytes.utf8("a");
  private static final Bytes B = Bytes.utf8("b");
  private static final Duration LONG = Duration.ofMillis(150);

  private final ManualScheduler scheduler = new ManualScheduler();
  private final HotKeyQueues queues = new HotKeyQueues(scheduler);

  private static List<Write> writing(Bytes... keys) {
    return List.of(keys).stream().map(key -> new Write(key, Bytes.EMPTY)).toList();
  }

  @Test
  void ticketsAreAdmittedInOrderOfArrival() {
    HotKeyQueues.Ticket first = queues.join(A);
    HotKeyQueues.Ticket second = queues.join(A);
    HotKeyQueues.Ticket third = queues.join(A);
    assertTrue(first.ready().isDone());
    assertFalse(second.ready().isDone());
    first.leave();
    assertTrue(second.ready().isDone());
    assertFalse(third.ready().isDone());
    first.leave(); // again: it admits no other
    assertFalse(third.ready().isDone());
    second.leave();
    assertTrue(third.ready().isDone());
  }

  @Test
  void leavingTheMiddleAdmitsNoOther() {
    HotKeyQueues.Ticket first = queues.join(A);
    HotKeyQueues.Ticket second = queues.join(A);
    HotKeyQueues.Ticket third = queues.join(A);
    second.leave();
    assertFalse(third.ready().isDone());
    first.leave();
    assertTrue(third.ready().isDone());
  }

  @Test
  void everyKeyHasItsOwnQueueUntilAllTicketsHaveLeft() {
    assertTrue(queues.areNone());
    HotKeyQueues.Ticket a = queues.join(A);
    HotKeyQueues.Ticket b = queues.join(B);
    assertTrue(a.ready().isDone() && b.ready().isDone());
    a.leave();
    assertFalse(queues.contains(A));
    assertTrue(queues.contains(B));
    b.leave();
    assertTrue(queues.areNone());
  }

  @Test
  void aSlowHeadIsPassedOverAndTheNextGetsItsOwnTime() {
    queues.join(A);
    HotKeyQueues.Ticket second = queues.join(A);
    HotKeyQueues.Ticket third = queues.join(A);
    scheduler.advance(Duration.ofMillis(49));
    assertFalse(second.ready().isDone(), "the head has some time");
    scheduler.advance(Duration.ofMillis(2));
    assertTrue(second.ready().isDone());
    assertFalse(third.ready().isDone(), "the second has only just been admitted");
    scheduler.advance(LONG);
    assertTrue(third.ready().isDone());
    scheduler.advance(LONG);
    assertTrue(queues.areNone(), "a ticket that is never returned is passed over");
    scheduler.advance(Duration.ofDays(1));
    assertTrue(scheduler.failures().isEmpty());
  }

  @Test
  void onlyWritersOfAHotKeyQueue() {
    HeldTickets conflicted = new HeldTickets(queues);
    assertTrue(conflicted.afterConflict(A).isDone(), "the head of the queue");
    HeldTickets newcomer = new HeldTickets(queues);
    CompletableFuture<@Nullable Void> ready = newcomer.beforeCommit(writing(A, B));
    assertFalse(ready.isDone());
    assertTrue(new HeldTickets(queues).beforeCommit(writing(B)).isDone());
    assertFalse(queues.contains(B), "a key without a conflict has no queue");
    conflicted.leave();
    assertTrue(ready.isDone());
    newcomer.leave();
    assertTrue(queues.areNone());
  }

  @Test
  void anotherConflictKeepsTheTicket() {
    HeldTickets first = new HeldTickets(queues);
    HeldTickets second = new HeldTickets(queues);
    CompletableFuture<@Nullable Void> unused = first.afterConflict(A);
    CompletableFuture<@Nullable Void> behind = second.afterConflict(A);
    assertTrue(first.beforeCommit(writing(A)).isDone());
    assertTrue(first.afterConflict(A).isDone(), "it is still the head");
    assertFalse(behind.isDone());
  }

  @Test
  void queuesAreJoinedInTheOrderOfTheirKeys() {
    HeldTickets holder = new HeldTickets(queues);
    CompletableFuture<@Nullable Void> unused = holder.afterConflict(A);
    HeldTickets both = new HeldTickets(queues);
    CompletableFuture<@Nullable Void> b = both.afterConflict(B);
    assertTrue(b.isDone());
    CompletableFuture<@Nullable Void> ready =
        both.afterConflict(A); // leaves B, and waits for A first
    assertFalse(ready.isDone());
    assertFalse(queues.contains(B), "no other transaction is kept waiting there meanwhile");
    holder.leave();
    assertTrue(ready.isDone());
    assertTrue(queues.contains(B));
    both.leave();
    assertTrue(queues.areNone());
  }

  @Test
  void leavingWhileQueuedJoinsNoFurtherQueue() {
    HeldTickets holder = new HeldTickets(queues);
    CompletableFuture<@Nullable Void> unused = holder.afterConflict(A);
    HeldTickets both = new HeldTickets(queues);
    assertTrue(both.afterConflict(B).isDone());
    CompletableFuture<@Nullable Void> ready = both.afterConflict(A);
    both.leave();
    holder.leave();
    assertTrue(ready.isDone() || queues.areNone());
    assertTrue(queues.areNone(), "neither at A nor, behind it, at B");
  }

  /** No timer passes over slow heads any more, and cycles would never be broken. */
  @Test
  void afterCloseNoTicketWaits() {
    HotKeyQueues.Ticket first = queues.join(A);
    HotKeyQueues.Ticket second = queues.join(A);
    scheduler.shutdown();
    queues.close();
    assertTrue(first.ready().isDone() && second.ready().isDone());
    assertTrue(queues.join(A).ready().isDone());
    assertTrue(queues.join(A).ready().isDone());
  }
}
