package io.petacore.internal.transaction;

import io.petacore.data.Bytes;
import io.petacore.internal.concurrent.Scheduler;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Queues of the transactions of this storage that conflict on the same key, one per <em>hot</em>
 * key.
 *
 * <p>A transaction that lost a conflict joins the key's queue before it runs again, and so does
 * every later transaction that writes the key. The head of the queue runs and commits while the
 * others wait, so among hundreds that change one key each commits in order of arrival, on its first
 * attempt at the head. Conflicts with other nodes are not prevented, only reduced: each node has
 * one transaction at the head.
 *
 * <p>A queue is no lock: the store's guards decide in any case. A head that takes too long is
 * passed over, which also breaks cycles of transactions that wait for each other's keys.
 *
 * <p>Safe for use by many threads.
 */
final class HotKeyQueues {

  /** How long a head may keep the others waiting, at least; at most twice that. */
  private static final Duration HEAD_TIMEOUT = Duration.ofMillis(50);

  private final Scheduler scheduler;

  /** A queue is changed only inside the map's atomic operations on its key. */
  private final ConcurrentHashMap<Bytes, Queue> queues = new ConcurrentHashMap<>();

  private volatile boolean closed;

  HotKeyQueues(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /** Whether no key is hot: a cheap check for nearly every commit. */
  boolean areNone() {
    return queues.isEmpty();
  }

  /** Whether a key is hot. */
  boolean contains(Bytes key) {
    return queues.containsKey(key);
  }

  /** Joins the end of a key's queue, which is created if there is none. */
  Ticket join(Bytes key) {
    Ticket ticket = new Ticket(key);
    queues.compute(
        key,
        (k, existing) -> {
          Queue queue = existing == null ? create(key) : existing;
          queue.tickets.add(ticket);
          return queue;
        });
    admitHead(key);
    if (closed) {
      ticket.ready.complete(null);
    }
    return ticket;
  }

  /** Admits every waiting transaction, now and later: no timer passes over slow heads any more. */
  void close() {
    closed = true;
    for (Bytes key : queues.keySet()) {
      Queue queue = queues.remove(key);
      if (queue != null) {
        queue.tickets.forEach(ticket -> ticket.ready.complete(null));
      }
    }
  }

  private Queue create(Bytes key) {
    Queue queue = new Queue();
    watchHeads(key, queue);
    return queue;
  }

  private void admitHead(Bytes key) {
    AtomicReference<@Nullable Ticket> head = new AtomicReference<>();
    queues.computeIfPresent(
        key,
        (k, queue) -> {
          Ticket first = queue.head();
          head.set(first);
          if (queue.admitted != first) {
            queue.admitted = first;
            queue.admittedAt = scheduler.nanoTime();
          }
          return queue;
        });
    Ticket admitted = head.get();
    if (admitted != null) {
      admitted.ready.complete(null);
    }
  }

  private void leave(Ticket ticket) {
    queues.computeIfPresent(
        ticket.key,
        (k, queue) -> {
          queue.tickets.remove(ticket);
          return queue.tickets.isEmpty() ? null : queue;
        });
    admitHead(ticket.key);
  }

  /** Removes heads that take too long, for as long as the queue exists. */
  private void watchHeads(Bytes key, Queue queue) {
    scheduler.repeat(
        HEAD_TIMEOUT,
        () -> {
          if (queues.get(key) != queue) {
            return false;
          }
          AtomicReference<@Nullable Ticket> slow = new AtomicReference<>();
          queues.computeIfPresent(
              key,
              (k, current) -> {
                if (scheduler.nanoTime() - current.admittedAt >= HEAD_TIMEOUT.toNanos()) {
                  slow.set(current.admitted);
                }
                return current;
              });
          Ticket passedOver = slow.get();
          if (passedOver != null) {
            leave(passedOver);
          }
          return true;
        });
  }

  private static final class Queue {
    private final LinkedHashSet<Ticket> tickets = new LinkedHashSet<>();
    private @Nullable Ticket admitted;
    private long admittedAt;

    Ticket head() {
      return tickets.iterator().next();
    }
  }

  /** A place in a queue. */
  final class Ticket {
    private final Bytes key;
    private final CompletableFuture<@Nullable Void> ready = new CompletableFuture<>();

    private Ticket(Bytes key) {
      this.key = key;
    }

    Bytes key() {
      return key;
    }

    /** Completes when every earlier ticket has left or was passed over. */
    CompletableFuture<@Nullable Void> ready() {
      return ready;
    }

    /** Leaves the queue. Idempotent. */
    void leave() {
      HotKeyQueues.this.leave(this);
    }
  }
}
