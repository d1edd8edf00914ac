package io.petacore.internal.transaction;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.internal.commit.batch.Contention;
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
  private final HotKeyQueues queues =
      new HotKeyQueues(
          scheduler,
          () -> {
            throw new AssertionError("no ticket is chainable");
          },
          request -> {
            throw new AssertionError("no chain is to be committed");
          });

  private Ticket join(Bytes key) {
    return queues.join(key, false, false, new Contention(), () -> false);
  }

  private HeldTickets tickets() {
    return new HeldTickets(queues, new Contention(), () -> false);
  }

  /** Lets the time pass after which a key without a queue is no longer hot. */
  private boolean areNoneAfterAWhile() {
    scheduler.advance(LONG);
    return queues.areNone();
  }

  private static List<Write> writing(Bytes... keys) {
    return List.of(keys).stream().map(key -> new Write(key, Bytes.EMPTY)).toList();
  }

  @Test
  void ticketsAreAdmittedInOrderOfArrival() {
    Ticket first = join(A);
    Ticket second = join(A);
    Ticket third = join(A);
    assertTrue(first.admitted().isDone());
    assertFalse(second.admitted().isDone());
    first.leave();
    assertTrue(second.admitted().isDone());
    assertFalse(third.admitted().isDone());
    first.leave(); // again: it admits no other
    assertFalse(third.admitted().isDone());
    second.leave();
    assertTrue(third.admitted().isDone());
  }

  @Test
  void leavingTheMiddleAdmitsNoOther() {
    Ticket first = join(A);
    Ticket second = join(A);
    Ticket third = join(A);
    second.leave();
    assertFalse(third.admitted().isDone());
    first.leave();
    assertTrue(third.admitted().isDone());
  }

  @Test
  void everyKeyHasItsOwnQueueUntilAllTicketsHaveLeft() {
    assertTrue(queues.areNone());
    Ticket a = join(A);
    Ticket b = join(B);
    assertTrue(a.admitted().isDone() && b.admitted().isDone());
    a.leave();
    assertTrue(queues.contains(A), "it may be written again soon");
    b.waitsForStore(true); // so it is not passed over
    scheduler.advance(LONG);
    assertFalse(queues.contains(A));
    assertTrue(queues.contains(B));
    b.leave();
    assertTrue(areNoneAfterAWhile());
  }

  @Test
  void aSlowHeadIsPassedOverAndTheNextGetsItsOwnTime() {
    join(A);
    Ticket second = join(A);
    Ticket third = join(A);
    scheduler.advance(Duration.ofMillis(49));
    assertFalse(second.admitted().isDone(), "the head has some time");
    scheduler.advance(Duration.ofMillis(2));
    assertTrue(second.admitted().isDone());
    assertFalse(third.admitted().isDone(), "the second has only just been admitted");
    scheduler.advance(LONG);
    assertTrue(third.admitted().isDone());
    scheduler.advance(LONG);
    assertTrue(queues.areNone(), "a ticket that is never returned is passed over");
    scheduler.advance(Duration.ofDays(1));
    assertTrue(scheduler.failures().isEmpty());
  }

  @Test
  void onlyWritersOfAHotKeyQueue() {
    HeldTickets conflicted = tickets();
    assertTrue(conflicted.afterConflict(A, false).isDone(), "the head of the queue");
    HeldTickets newcomer = tickets();
    CompletableFuture<@Nullable Chain> ready = newcomer.beforeCommit(writing(A, B), false);
    assertFalse(ready.isDone());
    assertTrue(tickets().beforeCommit(writing(B), false).isDone());
    assertFalse(queues.contains(B), "a key without a conflict has no queue");
    conflicted.leave();
    assertTrue(ready.isDone());
    newcomer.leave();
    assertTrue(areNoneAfterAWhile());
  }

  @Test
  void anotherConflictKeepsTheTicket() {
    HeldTickets first = tickets();
    HeldTickets second = tickets();
    CompletableFuture<@Nullable Chain> unused = first.afterConflict(A, false);
    CompletableFuture<@Nullable Chain> behind = second.afterConflict(A, false);
    assertTrue(first.beforeCommit(writing(A), false).isDone());
    assertTrue(first.afterConflict(A, false).isDone(), "it is still the head");
    assertFalse(behind.isDone());
  }

  @Test
  void queuesAreJoinedInTheOrderOfTheirKeys() {
    HeldTickets holder = tickets();
    CompletableFuture<@Nullable Chain> unused = holder.afterConflict(A, false);
    HeldTickets both = tickets();
    CompletableFuture<@Nullable Chain> b = both.afterConflict(B, false);
    assertTrue(b.isDone());
    CompletableFuture<@Nullable Chain> ready =
        both.afterConflict(A, false); // leaves B, and waits for A first
    assertFalse(ready.isDone());
    Ticket meanwhile = join(B);
    assertTrue(meanwhile.admitted().isDone(), "none is kept waiting there");
    meanwhile.leave();
    holder.leave();
    assertTrue(ready.isDone());
    assertTrue(queues.contains(B));
    both.leave();
    assertTrue(areNoneAfterAWhile());
  }

  @Test
  void leavingWhileQueuedJoinsNoFurtherQueue() {
    HeldTickets holder = tickets();
    CompletableFuture<@Nullable Chain> unused = holder.afterConflict(A, false);
    HeldTickets both = tickets();
    assertTrue(both.afterConflict(B, false).isDone());
    CompletableFuture<@Nullable Chain> unusedReady = both.afterConflict(A, false);
    both.leave();
    holder.leave();
    assertTrue(areNoneAfterAWhile(), "neither at A nor, behind it, at B");
  }

  /** No timer passes over slow heads any more, and cycles would never be broken. */
  @Test
  void afterCloseNoTicketWaits() {
    Ticket first = join(A);
    Ticket second = join(A);
    scheduler.shutdown();
    queues.close();
    assertTrue(first.admitted().isDone() && second.admitted().isDone());
    assertTrue(join(A).admitted().isDone());
    assertTrue(join(A).admitted().isDone());
  }
}
