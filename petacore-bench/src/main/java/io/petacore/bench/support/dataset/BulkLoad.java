package io.petacore.bench.support.dataset;

import io.petacore.DistributedStorage;
import io.petacore.bench.support.console.CommandFailedException;
import io.petacore.bench.support.console.ErrorLine;
import io.petacore.bench.support.console.Figures;
import io.petacore.data.Entry;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes many entries in concurrent transactions of one chunk each.
 *
 * <p>The transactions are Read Committed, because a load reads nothing and overwrites existing
 * keys.
 */
public final class BulkLoad {
  /**
   * Writes per transaction: with the commit record, within etcd's default limit of 128 operations.
   */
  public static final int WRITES_PER_TRANSACTION = 100;

  /** Key and value bytes per transaction: half of the default limit of a request. */
  private static final int BYTES_PER_TRANSACTION = 512 << 10;

  private static final int WRITERS = 4;

  private static final TransactionOptions BLIND =
      TransactionOptions.defaults().isolation(IsolationLevel.READ_COMMITTED);

  private final List<Entry> entries;
  private final List<Chunk> chunks;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicLong written = new AtomicLong();

  /** A range of entries that one transaction writes. */
  private record Chunk(int from, int to) {}

  /**
   * Creates a load.
   *
   * @param entries the entries, with distinct keys
   */
  public BulkLoad(List<Entry> entries) {
    this.entries = entries;
    this.chunks = chunks(entries);
  }

  private static List<Chunk> chunks(List<Entry> entries) {
    List<Chunk> chunks = new ArrayList<>();
    int from = 0;
    int bytes = 0;
    for (int i = 0; i < entries.size(); i++) {
      int size = entries.get(i).key().length() + entries.get(i).value().length();
      if (i > from
          && (i - from == WRITES_PER_TRANSACTION || bytes + size > BYTES_PER_TRANSACTION)) {
        chunks.add(new Chunk(from, i));
        from = i;
        bytes = 0;
      }
      bytes += size;
    }
    if (from < entries.size()) {
      chunks.add(new Chunk(from, entries.size()));
    }
    return chunks;
  }

  /** The number of entries. */
  public int size() {
    return entries.size();
  }

  /** The number of entries committed so far. May be called by any thread while the load runs. */
  public long written() {
    return written.get();
  }

  /**
   * Validates every entry without sending anything, by writing it in a transaction that is rolled
   * back.
   *
   * @throws CommandFailedException if an entry is invalid; the message names line {@code index + 1}
   *     of the source
   */
  public void check(DistributedStorage storage, String source) {
    for (Chunk chunk : chunks) {
      try (ExplicitTransaction tx = storage.begin(BLIND)) {
        for (int i = chunk.from; i < chunk.to; i++) {
          checkOne(tx, i, source);
        }
      }
    }
  }

  private void checkOne(Transaction tx, int index, String source) {
    try {
      tx.write(entries.get(index).key(), entries.get(index).value());
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException(
          source + ", line " + (index + 1) + ": " + ErrorLine.of(e), e);
    }
  }

  /**
   * Writes all entries, distributed over the storages, and returns when they are committed.
   *
   * @throws CommandFailedException if a transaction fails; entries committed before remain
   */
  public void run(List<DistributedStorage> storages) throws InterruptedException {
    ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
    try {
      List<Future<?>> ends = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        DistributedStorage storage = storages.get(i % storages.size());
        ends.add(writers.submit(() -> writeChunks(storage)));
      }
      for (Future<?> end : ends) {
        end.get();
      }
    } catch (ExecutionException e) {
      throw new CommandFailedException(
          "the load failed after "
              + Figures.count(written.get())
              + " of "
              + Figures.count(size())
              + " entries: "
              + ErrorLine.of(e)
              + " (these entries remain; loading again overwrites them)",
          e);
    } finally {
      // After a failure the other writers must not start another chunk.
      next.set(chunks.size());
      writers.shutdown();
      // Transactions in flight end within the storage's commit timeout.
      writers.awaitTermination(1, TimeUnit.MINUTES);
    }
  }

  private void writeChunks(DistributedStorage storage) {
    for (int i = next.getAndIncrement(); i < chunks.size(); i = next.getAndIncrement()) {
      Chunk chunk = chunks.get(i);
      storage.runTransaction(
          BLIND,
          tx -> {
            for (Entry entry : entries.subList(chunk.from, chunk.to)) {
              tx.write(entry.key(), entry.value());
            }
          });
      written.addAndGet(chunk.to - chunk.from);
    }
  }
}
