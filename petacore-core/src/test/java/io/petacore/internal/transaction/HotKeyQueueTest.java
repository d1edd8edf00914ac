package io.petacore.internal.transaction;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.ResolvedOutcome;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.internal.commit.batch.CommitRequest;
import io.petacore.internal.commit.batch.Contention;
import io.petacore.internal.commit.batch.Write;
import io.petacore.internal.concurrent.Deadline;
import io.petacore.internal.concurrent.ManualScheduler;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.store.StoreLimits;
import io.petacore.testing.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The queue of one hot key, with a pipeline in the test's hand. */
class HotKeyQueueTest {

  private static final Bytes KEY = Bytes.utf8("hot");

  private final ManualScheduler scheduler = new ManualScheduler();
  private final MvccCache cache = new MvccCache(Duration.ofSeconds(10), scheduler::nanoTime);
  private final List<CompletableFuture<CommitOutcome>> sent = new ArrayList<>();
  private final HotKeyQueue queue =
      new HotKeyQueue(
          KEY, scheduler, () -> new Chain(cache, new StoreLimits(128, 1 << 20)), this::send);

  private CompletableFuture<CommitOutcome> send(CommitRequest request) {
    assertFalse(request.writes().isEmpty());
    CompletableFuture<CommitOutcome> outcome = new CompletableFuture<>();
    sent.add(outcome);
    return outcome;
  }

  private Ticket join(boolean chainable) {
    Ticket ticket = new Ticket(queue, chainable, false, new Contention(), () -> false);
    assertTrue(queue.add(ticket));
    return ticket;
  }

  private static @Nullable Chain admittedOn(Ticket ticket) {
    assertTrue(ticket.admitted().isDone());
    return ticket.admitted().join();
  }

  private boolean joinChain(Ticket ticket, Chain chain, Duration time) {
    return ticket.join(
        chain,
        new Chain.Member(
            ticket,
            Map.of(),
            List.of(new Write(KEY, Bytes.utf8("v"))),
            Deadline.in(time, scheduler::nanoTime),
            false));
  }

  private Chain beginAndJoin(Ticket ticket) {
    Chain chain = requireNonNull(admittedOn(ticket));
    assertNotNull(chain.base());
    assertTrue(joinChain(ticket, chain, Duration.ofSeconds(10)));
    return chain;
  }

  /** Else a member could run again on the chain that was not applied, and join the next. */
  @Test
  void membersOfAChainThatWasInDoubtAreQueuedBeforeTheyLearnOfIt() throws InterruptedException {
    Ticket ticket = join(true);
    Chain first = beginAndJoin(ticket);
    CompletableFuture<ResolvedOutcome> resolving = new CompletableFuture<>();
    sent.get(0).completeExceptionally(new CommitOutcomeUnknownException("lost", null, resolving));
    ChainReport.InDoubt inDoubt =
        assertInstanceOf(ChainReport.InDoubt.class, first.reported().join());
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    BooleanSupplier holdsTheLock =
        () -> {
          entered.countDown();
          await(gate);
          return false;
        };
    assertTrue(queue.add(new Ticket(queue, true, false, new Contention(), holdsTheLock)));
    Thread holder = new Thread(queue::passOver);
    holder.start();
    await(entered);
    Thread resolver = new Thread(() -> resolving.complete(ResolvedOutcome.notCommitted()));
    resolver.start();
    Await.until("the queue is to learn of it", () -> resolver.getState() == Thread.State.WAITING);
    assertFalse(inDoubt.resolved().isDone());
    gate.countDown();
    holder.join();
    resolver.join();
    assertTrue(inDoubt.resolved().isDone());
    assertNotSame(first, requireNonNull(admittedOn(ticket)));
    assertFalse(joinChain(ticket, first, Duration.ofSeconds(10)), "a run on the first one");
    assertTrue(sent.size() == 1, "it is no member of the next");
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(60, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aTransactionWithoutTimeForARequestIsNoMember() {
    Ticket ticket = join(true);
    beginAndJoin(ticket);
    scheduler.advance(Duration.ofMillis(30)); // so long a request takes
    sent.get(0).complete(new CommitOutcome.Committed(5, 5));
    Ticket urgent = join(true);
    Chain chain = requireNonNull(admittedOn(urgent));
    assertNotNull(chain.base());
    assertFalse(joinChain(urgent, chain, Duration.ofMillis(20)));
    assertNull(admittedOn(urgent), "by itself it endangers no other");
  }

  /** Else none would be a member any more, so that no request would show that it is over. */
  @Test
  void aRequestThatWasHeldUpDoesNotKeepOthersFromChainsForLong() {
    beginAndJoin(join(true));
    scheduler.advance(Duration.ofSeconds(9));
    sent.get(0).complete(new CommitOutcome.Committed(5, 5));
    Ticket next = join(true);
    Chain chain = requireNonNull(admittedOn(next));
    assertNotNull(chain.base());
    assertTrue(joinChain(next, chain, Duration.ofSeconds(5)));
  }

  /** Else its body would run twice though nothing competes with it. */
  @Test
  void aRunIsCommittedByItselfWhereNothingCompetes() {
    beginAndJoin(join(true));
    sent.get(0).complete(new CommitOutcome.Committed(5, 5));
    Ticket alone = new Ticket(queue, true, true, new Contention(), () -> false);
    assertTrue(queue.add(alone));
    assertNull(admittedOn(alone));
    Ticket behind = new Ticket(queue, true, true, new Contention(), () -> false);
    Ticket last = new Ticket(queue, true, true, new Contention(), () -> false);
    assertTrue(queue.add(behind) && queue.add(last));
    assertFalse(behind.admitted().isDone());
    alone.leave();
    assertNotNull(admittedOn(behind), "another waits, too");
  }

  @Test
  void aSlowRunIsNoMemberAndTheOthersAreSentWithoutIt() {
    Ticket quick = join(true);
    Ticket slow = join(true);
    Ticket third = join(true);
    Chain chain = beginAndJoin(quick);
    assertNotNull(admittedOn(slow));
    scheduler.advance(Duration.ofMillis(60));
    assertTrue(queue.passOver());
    assertFalse(third.admitted().isDone(), "the slow run still reads what is pending");
    assertTrue(sent.size() == 1, "the chain of the first was sent");
    assertFalse(joinChain(slow, chain, Duration.ofSeconds(10)));
    assertFalse(slow.admitted().isDone(), "it waits for the outcome of that chain");
    sent.get(0).complete(new CommitOutcome.Committed(5, 5));
    assertNotNull(admittedOn(third));
    third.leave();
    assertNull(admittedOn(slow), "by itself");
  }

  @Test
  void aTransactionThatFailsFastWaitsNoLongerThanATick() {
    Ticket sentFirst = join(true);
    beginAndJoin(sentFirst);
    boolean[] disconnected = {false};
    Ticket failing = new Ticket(queue, true, false, new Contention(), () -> disconnected[0]);
    assertTrue(queue.add(failing));
    assertTrue(queue.passOver());
    assertFalse(failing.admitted().isDone());
    disconnected[0] = true;
    assertTrue(queue.passOver());
    assertNull(admittedOn(failing));
  }
}
