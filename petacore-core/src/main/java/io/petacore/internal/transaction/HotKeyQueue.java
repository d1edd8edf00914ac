package io.petacore.internal.transaction;

import io.petacore.data.Bytes;
import io.petacore.error.InternalErrorException;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.internal.commit.batch.CommitRequest;
import io.petacore.internal.concurrent.CombiningLock;
import io.petacore.internal.concurrent.Scheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue of the transactions of this storage that write one hot key. It admits one at a time, in
 * the order of arrival: on a {@link Chain} or, if the transaction can't be on one, by itself.
 *
 * <p>A transaction that finds the queue empty commits the run that it has made, unless the last
 * chain had several members. A chain is begun when nothing of this queue is in flight, grows by the
 * transactions that wait, and is sent when no more do, when it is full, or when the next can't be
 * on it: none goes past an earlier one. If many are expected, since the last chain had many, it
 * waits a little for them.
 *
 * <p>A queue is no lock: the guards decide in any case. A transaction that takes too long is passed
 * over, which also breaks cycles of transactions that wait for each other's keys.
 *
 * <p>Safe for use by many threads.
 */
final class HotKeyQueue {

  private static final Logger log = LoggerFactory.getLogger(HotKeyQueue.class);

  /** How long a transaction may keep the others waiting, at least; at most twice that. */
  static final Duration RUN_TIMEOUT = Duration.ofMillis(50);

  /** A key is hot for so long after its last use, at least. */
  private static final Duration IDLE_TIME = Duration.ofMillis(50);

  /** So many members are no reason to wait for more. */
  private static final int FEW = 8;

  /** For how long a chain grows, unless a request takes longer. */
  private static final long GROWTH_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** A request that took longer was held up: the next will hardly take as long. */
  private static final long MAX_ROUND_TRIP_NANOS = 10 * GROWTH_NANOS;

  private final Bytes key;
  private final Scheduler scheduler;
  private final Supplier<Chain> newChain;
  private final Function<CommitRequest, CompletableFuture<CommitOutcome>> pipeline;

  /** Each step ends with {@link #admitNext}; all that follows is guarded by it. */
  private final CombiningLock lock = new CombiningLock(this::admitNext);

  private final ArrayDeque<Ticket> waiting = new ArrayDeque<>();

  /** The ticket admitted last, until its run has ended or, if not on a chain, until it leaves. */
  private @Nullable Ticket running;

  private long runningSince;
  private @Nullable Chain open; // the chain that grows
  private long openedAt;
  private @Nullable Chain awaited; // the last chain that has waited for members
  private @Nullable Chain sent; // the chain that has no outcome yet
  private long sentAt;
  private long roundTripNanos; // of the last chain
  private int expected; // members: as many as the last chain had
  private long usedAt;
  private boolean retired;
  private boolean closed;

  /**
   * @param pipeline commits a chain; never blocks
   */
  HotKeyQueue(
      Bytes key,
      Scheduler scheduler,
      Supplier<Chain> newChain,
      Function<CommitRequest, CompletableFuture<CommitOutcome>> pipeline) {
    this.key = key;
    this.scheduler = scheduler;
    this.newChain = newChain;
    this.pipeline = pipeline;
    this.usedAt = scheduler.nanoTime();
  }

  Bytes key() {
    return key;
  }

  // ---- tickets

  /** Adds a ticket, at the end; false if the queue was retired. */
  boolean add(Ticket ticket) {
    return lock.call(
        () -> {
          if (!retired) {
            if (running != null || open != null || sent != null || !waiting.isEmpty()) {
              ticket.mustRunAgain(); // on what is before it
            }
            waiting.add(ticket);
            usedAt = scheduler.nanoTime();
          }
          return !retired;
        });
  }

  CompletableFuture<@Nullable Chain> admitted(Ticket ticket) {
    return lock.call(ticket::current);
  }

  void waitsForStore(Ticket ticket, boolean waits) {
    lock.run(
        () -> {
          ticket.setUntimed(waits);
          if (running == ticket) {
            runningSince = scheduler.nanoTime();
          }
        });
  }

  boolean join(Ticket ticket, Chain chain, Chain.Member member) {
    return lock.call(
        () -> {
          boolean inTime = running == ticket && open == chain;
          boolean urgent = member.deadline().remainingNanos() < roundTripNanos;
          boolean joined = inTime && !urgent && chain.add(member);
          if (joined) {
            running = null;
          } else {
            // Passed over, a risk for the others' time, too large for any chain or only for this.
            queueAgain(ticket, inTime && !urgent && !chain.isEmpty());
          }
          return joined;
        });
  }

  void runAgain(Ticket ticket, boolean stillChainable) {
    lock.run(() -> queueAgain(ticket, stillChainable));
  }

  /** Queues a ticket whose run was discarded, in front if it was not passed over. */
  private void queueAgain(Ticket ticket, boolean chainable) {
    if (!chainable) {
      ticket.neverChain();
    }
    ticket.renew();
    if (running == ticket) {
      running = null;
      waiting.addFirst(ticket);
      send();
    } else if (retired) {
      admit(ticket, null);
    } else {
      waiting.add(ticket);
    }
  }

  void leave(Ticket ticket) {
    lock.run(
        () -> {
          ticket.setLeft();
          if (running == ticket) {
            running = null;
          } else {
            waiting.remove(ticket);
          }
        });
  }

  /**
   * Admits the next ticket if it can run now, and sends the chain if it is not to grow any more.
   */
  private void admitNext() {
    while (running == null) {
      Ticket next = waiting.peek();
      if (closed) {
        send();
        waiting.forEach(ticket -> admit(ticket, null));
        waiting.clear();
        return;
      }
      if (open == null && (sent != null || next == null)) {
        return;
      }
      if (open == null && (!next.isChainable() || mayCommitItsRun(next))) {
        run(next, null);
        return;
      }
      if (open == null) {
        open = newChain.get();
        openedAt = scheduler.nanoTime();
      }
      if (next != null && next.isChainable() && mayGrow()) {
        run(next, open);
        return;
      }
      if (next == null && isWorthWaiting()) {
        return;
      }
      send();
    }
  }

  /**
   * Whether it need not run again: it has found the queue empty, and the last chain had no other.
   */
  private boolean mayCommitItsRun(Ticket next) {
    return next.hasRun() && expected <= 1;
  }

  private void run(Ticket next, @Nullable Chain chain) {
    waiting.remove();
    running = next;
    runningSince = scheduler.nanoTime();
    admit(next, chain);
  }

  private void admit(Ticket ticket, @Nullable Chain chain) {
    CompletableFuture<@Nullable Chain> current = ticket.current();
    lock.afterUnlock(() -> current.complete(chain));
  }

  // ---- chains

  private boolean mayGrow() {
    return scheduler.nanoTime() - openedAt < Math.max(GROWTH_NANOS, roundTripNanos);
  }

  /** Whether the chain has a part of the members that are expected; else it is sent later. */
  private boolean isWorthWaiting() {
    Chain chain = open;
    if (chain == null || chain.isEmpty() || expected <= FEW || chain.members().size() >= expected) {
      return false;
    }
    long nanos = openedAt + Math.min(roundTripNanos, GROWTH_NANOS) / 2 - scheduler.nanoTime();
    if (nanos <= 0) {
      return false;
    }
    if (awaited != chain) {
      awaited = chain;
      lock.afterUnlock(() -> scheduler.schedule(Duration.ofNanos(nanos), () -> sendWaiting(chain)));
    }
    return true;
  }

  private void sendWaiting(Chain chain) {
    lock.run(
        () -> {
          if (open == chain && running == null) {
            send();
          }
        });
  }

  /** Sends the chain that has grown, if it has members. */
  private void send() {
    Chain chain = open;
    open = null;
    if (chain == null || chain.isEmpty()) {
      return;
    }
    sent = chain;
    sentAt = scheduler.nanoTime();
    lock.afterUnlock(() -> commit(chain));
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the step reports what it throws
  private void commit(Chain chain) {
    CompletableFuture<CommitOutcome> outcome;
    try {
      outcome = pipeline.apply(chain.toRequest());
    } catch (RuntimeException | Error defect) {
      log.error("a chain could not be sent; this is a defect", defect);
      outcome =
          CompletableFuture.failedFuture(
              new InternalErrorException("the commit could not be sent", defect, false));
    }
    outcome.whenComplete((decided, failure) -> ended(chain, ChainReport.of(decided, failure)));
  }

  /** A chain has an outcome, or is in doubt. */
  @SuppressWarnings("FutureReturnValueIgnored") // the step reports what it throws
  private void ended(Chain chain, ChainReport report) {
    if (report instanceof ChainReport.InDoubt inDoubt) {
      // No other chain begins before it is resolved: it would build on what may be overwritten.
      inDoubt.resolved().thenAccept(resolved -> resolved(chain, resolved));
      chain.reported().complete(new ChainReport.InDoubt(inDoubt.failure(), chain.resolved()));
    } else {
      resolved(chain, report);
    }
  }

  private void resolved(Chain chain, ChainReport report) {
    lock.run(
        () -> {
          sent = null;
          if (report.isCommitted() && !chain.reported().isDone()) {
            roundTripNanos = Math.min(scheduler.nanoTime() - sentAt, MAX_ROUND_TRIP_NANOS);
          }
          expected = chain.members().size();
          if (!report.isCommitted()) {
            queueMembersAgain(chain, report.isRefusal());
          }
          lock.afterUnlock(
              () -> {
                chain.reported().complete(report);
                chain.resolved().complete(report);
              });
        });
  }

  /** Puts the members of a chain in front again, in their order. */
  private void queueMembersAgain(Chain chain, boolean refused) {
    List<Chain.Member> members = chain.members();
    for (int i = members.size() - 1; i >= 0; i--) {
      Ticket ticket = members.get(i).ticket();
      if (refused) {
        ticket.neverChain();
      }
      if (!ticket.hasLeft()) {
        ticket.renew();
        waiting.addFirst(ticket);
      }
    }
  }

  // ---- the end

  /** Passes over a transaction that takes too long; returns whether the queue is still in use. */
  boolean passOver() {
    return lock.call(
        () -> {
          long now = scheduler.nanoTime();
          Ticket slow = running;
          if (slow != null && !slow.isUntimed() && now - runningSince >= RUN_TIMEOUT.toNanos()) {
            running = null;
            send();
          }
          for (Ticket ticket : List.copyOf(waiting)) {
            if (ticket.failsFast()) {
              waiting.remove(ticket);
              admit(ticket, null);
            }
          }
          boolean used = running != null || open != null || sent != null || !waiting.isEmpty();
          if (used) {
            usedAt = now;
          }
          retired |= now - usedAt >= IDLE_TIME.toNanos();
          return !retired;
        });
  }

  /** Admits every ticket, now and later. */
  void close() {
    lock.run(
        () -> {
          closed = true;
          running = null;
        });
  }
}
