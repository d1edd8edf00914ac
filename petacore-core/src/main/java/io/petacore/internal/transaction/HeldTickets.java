package io.petacore.internal.transaction;

import io.petacore.data.Bytes;
import io.petacore.internal.commit.batch.Contention;
import io.petacore.internal.commit.batch.Write;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The tickets of one transaction in the queues of hot keys. It joins one queue after the other, in
 * the order of the keys, so that two transactions seldom wait for each other. Only a transaction of
 * one queue can run on a chain.
 *
 * <p>Used by one thread at a time, except that queues are joined on the thread that admits it.
 */
final class HeldTickets {

  /** Of a transaction that need not wait, and is to run by itself. */
  static final CompletableFuture<@Nullable Chain> ALONE = CompletableFuture.completedFuture(null);

  private final HotKeyQueues queues;
  private final Contention contention;
  private final BooleanSupplier failsFast;
  private final List<Ticket> tickets = new ArrayList<>(0); // guarded by itself
  private @Nullable TreeSet<Bytes> conflicts; // the keys of conflicts; null for nearly all
  private int generation; // guarded by tickets; incremented when they are left

  /**
   * @param contention what the transaction has lost to other commits
   * @param failsFast whether it is not to wait any more
   */
  HeldTickets(HotKeyQueues queues, Contention contention, BooleanSupplier failsFast) {
    this.queues = queues;
    this.contention = contention;
    this.failsFast = failsFast;
  }

  /**
   * Joins the queues of the hot keys among the writes, unless the transaction holds tickets.
   *
   * @param writes in the order of their keys
   * @param chainable whether the body may run again on a chain
   * @return completes when the transaction may commit, or run on a chain
   */
  CompletableFuture<@Nullable Chain> beforeCommit(Collection<Write> writes, boolean chainable) {
    if (holdsAny()) {
      return ALONE;
    }
    List<Bytes> hot = new ArrayList<>(1);
    for (Write write : writes) {
      if (queues.contains(write.key())) {
        hot.add(write.key());
      }
    }
    return join(hot, chainable, true);
  }

  /**
   * Joins the queues of all keys that the transaction has had conflicts on.
   *
   * @param key the key of the last conflict
   * @param chainable whether the body may run again on a chain
   * @return completes when the body may run again
   */
  CompletableFuture<@Nullable Chain> afterConflict(Bytes key, boolean chainable) {
    if (holds(key)) {
      waitForStore(false);
      return ALONE; // lost to another node, or to a transaction outside of the queue
    }
    leave();
    TreeSet<Bytes> keys = conflicts == null ? new TreeSet<>() : conflicts;
    conflicts = keys;
    keys.add(key);
    return join(keys, chainable, false);
  }

  private CompletableFuture<@Nullable Chain> join(
      Collection<Bytes> keys, boolean chainable, boolean hasRun) {
    int current;
    synchronized (tickets) {
      current = generation;
    }
    boolean mayChain = chainable && keys.size() == 1;
    CompletableFuture<@Nullable Chain> ready = ALONE;
    for (Bytes key : keys) {
      ready = ready.thenCompose(before -> join(key, mayChain, hasRun, current));
    }
    return ready;
  }

  private CompletableFuture<@Nullable Chain> join(
      Bytes key, boolean chainable, boolean hasRun, int current) {
    synchronized (tickets) {
      if (current != generation) {
        return ALONE; // the transaction has left or has stopped waiting
      }
      Ticket ticket = queues.join(key, chainable, hasRun, contention, failsFast);
      tickets.add(ticket);
      return ticket.admitted();
    }
  }

  /** The ticket that was admitted on a chain, the only one. */
  Ticket chained() {
    synchronized (tickets) {
      return tickets.get(0);
    }
  }

  /** While the transaction waits for the store, it is not passed over in its queues. */
  void waitForStore(boolean waits) {
    synchronized (tickets) {
      tickets.forEach(ticket -> ticket.waitsForStore(waits));
    }
  }

  /** Whether it holds a ticket for a key. */
  boolean holds(Bytes key) {
    synchronized (tickets) {
      return tickets.stream().anyMatch(ticket -> ticket.key().equals(key));
    }
  }

  private boolean holdsAny() {
    synchronized (tickets) {
      return !tickets.isEmpty();
    }
  }

  /** Leaves all queues. */
  void leave() {
    List<Ticket> left;
    synchronized (tickets) {
      generation++;
      left = List.copyOf(tickets);
      tickets.clear();
    }
    left.forEach(Ticket::leave);
  }
}
