package io.petacore.internal.transaction;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.error.BulkLoadException;
import io.petacore.error.CommitQueueFullException;
import io.petacore.error.TransactionTooLargeException;
import io.petacore.transaction.BulkLoadOptions;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.TransactionOptions;
import io.petacore.transaction.TransactionTask;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Writes a sequence of entries in as many transactions as it takes, several of them in flight.
 *
 * <p>What counts as durable is the longest prefix of the input whose transactions have all
 * committed, so a load that is resumed there misses nothing. Transactions in flight may commit in
 * any order; so a key that is in flight is not written again before it has committed, and the last
 * value of a key wins.
 *
 * <p>A transaction that is too large is refused before it is sent; it is halved until it fits.
 */
final class BulkLoad {

  /** A larger transaction would delay other commits for too long. */
  private static final int MAX_ENTRIES = 4_096;

  /** Bytes of an operation beside its key and value, estimated. */
  private static final int ENTRY_BYTES = 48;

  private static final TransactionOptions READ_COMMITTED =
      TransactionOptions.defaults().isolation(IsolationLevel.READ_COMMITTED);

  private record Chunk(List<Entry> entries, CompletableFuture<CommitResult> commit) {}

  private final TransactionRunner runner;
  private final BulkLoadOptions options;
  private final Deque<Chunk> inFlight = new ArrayDeque<>();
  private final Set<Bytes> keysInFlight = new HashSet<>();
  private List<Entry> next = new ArrayList<>();
  private final Set<Bytes> nextKeys = new HashSet<>();
  private long nextBytes;
  private long maxBytes;
  private long durable;

  /**
   * @param maxBytes about how many bytes a request can carry
   */
  BulkLoad(TransactionRunner runner, long maxBytes, BulkLoadOptions options) {
    this.runner = runner;
    this.maxBytes = maxBytes;
    this.options = options;
  }

  /**
   * Loads the entries; returns how many are durable, skipped ones included.
   *
   * @throws BulkLoadException if the input or a transaction fails
   */
  long run(Iterator<Entry> input) {
    try {
      for (; durable < options.resumeAt() && input.hasNext(); durable++) {
        input.next();
      }
      while (input.hasNext()) {
        add(input.next());
      }
      send();
      while (!inFlight.isEmpty()) {
        awaitFirst();
      }
      return durable;
    } catch (RuntimeException failed) {
      awaitRest();
      throw new BulkLoadException(durable, failed);
    }
  }

  private void add(Entry entry) {
    long size = ENTRY_BYTES + (long) entry.key().length() + entry.value().length();
    boolean full = next.size() == MAX_ENTRIES || nextBytes + size > maxBytes;
    if (full && !next.isEmpty()) {
      send();
    }
    while (keysInFlight.contains(entry.key())) {
      awaitFirst();
    }
    next.add(entry);
    nextKeys.add(entry.key());
    nextBytes += size;
  }

  private void send() {
    while (inFlight.size() >= options.maxInFlight()) {
      awaitFirst();
    }
    if (!next.isEmpty()) {
      keysInFlight.addAll(nextKeys);
      inFlight.addLast(commit(next));
      next = new ArrayList<>();
      nextKeys.clear();
      nextBytes = 0;
    }
  }

  private static TransactionTask body(List<Entry> entries) {
    return tx -> {
      for (Entry entry : entries) {
        tx.write(entry.key(), entry.value());
      }
    };
  }

  private Chunk commit(List<Entry> entries) {
    return new Chunk(entries, runner.runAsync(READ_COMMITTED, body(entries)));
  }

  /** Waits for the first transaction in flight, and counts it. */
  private void awaitFirst() {
    Chunk first = inFlight.removeFirst();
    try {
      CommitResult committed = first.commit.join();
      assert committed.revision() > 0 : "committed at no revision";
    } catch (CompletionException failed) {
      recover(first.entries, failed.getCause() == null ? failed : failed.getCause());
      return;
    }
    count(first.entries);
  }

  private void recover(List<Entry> entries, Throwable failure) {
    if (failure instanceof TransactionTooLargeException && entries.size() > 1) {
      int half = entries.size() / 2;
      maxBytes = Math.max(1, maxBytes / 2);
      // In order, one after the other: a key may be in both halves.
      redo(entries.subList(0, half));
      redo(entries.subList(half, entries.size()));
    } else if (failure instanceof CommitQueueFullException) {
      redo(entries);
    } else if (failure instanceof RuntimeException reason) {
      throw reason;
    } else {
      throw new CompletionException(failure);
    }
  }

  /** Commits entries on this thread, which waits for a permit of the commit limiter. */
  private void redo(List<Entry> entries) {
    try {
      CommitResult committed = runner.run(READ_COMMITTED, body(entries));
      assert committed.revision() > 0 : "committed at no revision";
    } catch (TransactionTooLargeException tooLarge) {
      recover(entries, tooLarge);
      return;
    }
    count(entries);
  }

  private void count(List<Entry> entries) {
    for (Entry entry : entries) {
      keysInFlight.remove(entry.key());
    }
    durable += entries.size();
    options.progress().accept(durable);
  }

  /** Nothing of this load commits after it has returned, so that a resumed one comes later. */
  private void awaitRest() {
    for (Chunk chunk : inFlight) {
      chunk.commit.handle((result, failure) -> true).join();
    }
  }
}
