package io.petacore.internal.transaction;

import io.petacore.data.Bytes;
import io.petacore.internal.commit.batch.Write;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The tickets of one transaction in the queues of hot keys. It joins one queue after the other, in
 * the order of the keys, so that two transactions seldom wait for each other.
 *
 * <p>Used by one thread at a time, except that queues are joined on the thread that admits it.
 */
final class HeldTickets {

  /** Of a transaction that need not wait. */
  static final CompletableFuture<@Nullable Void> READY = CompletableFuture.completedFuture(null);

  private final HotKeyQueues queues;
  private final List<HotKeyQueues.Ticket> tickets = new ArrayList<>(0); // guarded by itself
  private @Nullable TreeSet<Bytes> conflicts; // the keys of conflicts; null for nearly all
  private int generation; // guarded by tickets; incremented when they are left

  HeldTickets(HotKeyQueues queues) {
    this.queues = queues;
  }

  /**
   * Joins the queues of the hot keys among the writes, unless the transaction holds tickets.
   *
   * @param writes in the order of their keys
   * @return completes when the transaction may commit
   */
  CompletableFuture<@Nullable Void> beforeCommit(Collection<Write> writes) {
    if (holdsAny()) {
      return READY;
    }
    List<Bytes> hot = new ArrayList<>(1);
    for (Write write : writes) {
      if (queues.contains(write.key())) {
        hot.add(write.key());
      }
    }
    return join(hot);
  }

  /**
   * Joins the queues of all keys that the transaction has had conflicts on.
   *
   * @param key the key of the last conflict
   * @return completes when the body may run again
   */
  CompletableFuture<@Nullable Void> afterConflict(Bytes key) {
    if (holds(key)) {
      return READY; // lost to another node, or to a transaction outside of the queue
    }
    leave();
    TreeSet<Bytes> keys = conflicts == null ? new TreeSet<>() : conflicts;
    conflicts = keys;
    keys.add(key);
    return join(keys);
  }

  private CompletableFuture<@Nullable Void> join(Collection<Bytes> keys) {
    int current;
    synchronized (tickets) {
      current = generation;
    }
    CompletableFuture<@Nullable Void> ready = READY;
    for (Bytes key : keys) {
      ready = ready.thenCompose(done -> join(key, current));
    }
    return ready;
  }

  private CompletableFuture<@Nullable Void> join(Bytes key, int current) {
    synchronized (tickets) {
      if (current != generation) {
        return READY; // the transaction has left or has stopped waiting
      }
      HotKeyQueues.Ticket ticket = queues.join(key);
      tickets.add(ticket);
      return ticket.ready();
    }
  }

  private boolean holdsAny() {
    synchronized (tickets) {
      return !tickets.isEmpty();
    }
  }

  private boolean holds(Bytes key) {
    synchronized (tickets) {
      return tickets.stream().anyMatch(ticket -> ticket.key().equals(key));
    }
  }

  /** Leaves all queues. */
  void leave() {
    List<HotKeyQueues.Ticket> left;
    synchronized (tickets) {
      generation++;
      left = List.copyOf(tickets);
      tickets.clear();
    }
    left.forEach(HotKeyQueues.Ticket::leave);
  }
}
