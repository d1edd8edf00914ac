package io.petacore.internal.transaction;

import io.petacore.data.Bytes;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.internal.commit.batch.CommitRequest;
import io.petacore.internal.commit.batch.Contention;
import io.petacore.internal.concurrent.Scheduler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The queues of <em>hot</em> keys: those on which transactions of this storage conflict.
 *
 * <p>A transaction that lost a conflict joins the key's queue before it runs again, and so does
 * every later transaction that writes the key; see {@link HotKeyQueue}. A key remains hot for a
 * while after its last use. Conflicts with other nodes are not prevented, only reduced.
 *
 * <p>Safe for use by many threads.
 */
final class HotKeyQueues {

  private final Scheduler scheduler;
  private final Supplier<Chain> newChain;
  private final Function<CommitRequest, CompletableFuture<CommitOutcome>> pipeline;
  private final ConcurrentHashMap<Bytes, HotKeyQueue> queues = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /**
   * @param newChain makes an empty chain
   * @param pipeline commits a chain; never blocks
   */
  HotKeyQueues(
      Scheduler scheduler,
      Supplier<Chain> newChain,
      Function<CommitRequest, CompletableFuture<CommitOutcome>> pipeline) {
    this.scheduler = scheduler;
    this.newChain = newChain;
    this.pipeline = pipeline;
  }

  /** Whether no key is hot: a cheap check for nearly every commit. */
  boolean areNone() {
    return queues.isEmpty();
  }

  /** Whether a key is hot. */
  boolean contains(Bytes key) {
    return queues.containsKey(key);
  }

  /**
   * Joins the end of a key's queue, which is created if there is none.
   *
   * @param chainable whether the transaction may run on a chain
   * @param hasRun whether its last run can be committed by itself
   * @param contention what it has lost to other commits
   * @param failsFast whether it is not to wait any more
   */
  Ticket join(
      Bytes key,
      boolean chainable,
      boolean hasRun,
      Contention contention,
      BooleanSupplier failsFast) {
    while (true) {
      HotKeyQueue queue = queues.computeIfAbsent(key, this::create);
      Ticket ticket = new Ticket(queue, chainable, hasRun, contention, failsFast);
      if (queue.add(ticket)) {
        if (closed) {
          queue.close(); // close may have missed it
        }
        return ticket;
      }
      queues.remove(key, queue);
    }
  }

  private HotKeyQueue create(Bytes key) {
    HotKeyQueue queue = new HotKeyQueue(key, scheduler, newChain, pipeline);
    scheduler.repeat(
        HotKeyQueue.RUN_TIMEOUT,
        () -> {
          boolean used = queue.passOver();
          if (!used) {
            queues.remove(key, queue);
          }
          return used;
        });
    return queue;
  }

  /** Admits every waiting transaction, now and later: no timer passes over slow ones any more. */
  void close() {
    closed = true;
    for (Bytes key : queues.keySet()) {
      HotKeyQueue queue = queues.remove(key);
      if (queue != null) {
        queue.close();
      }
    }
  }
}
