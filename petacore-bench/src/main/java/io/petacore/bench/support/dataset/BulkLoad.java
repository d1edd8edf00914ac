package io.petacore.bench.support.dataset;

import io.petacore.DistributedStorage;
import io.petacore.bench.support.console.CommandFailedException;
import io.petacore.bench.support.console.ErrorLine;
import io.petacore.bench.support.console.Figures;
import io.petacore.data.Entry;
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
 * Writes many entries, in transactions that each carry a chunk of them, several at once.
 *
 * <p>The transactions are Read Committed: a load reads nothing, so there is nothing that a snapshot
 * could guard, and a key that is there is simply overwritten.
 */
public final class BulkLoad {
  /** Writes in one transaction: with the commit record, within etcd's default of 128 operations. */
  public static final int WRITES_PER_TRANSACTION = 100;

  /** Key and value bytes in one transaction: half of what a request carries by default. */
  private static final int BYTES_PER_TRANSACTION = 512 << 10;

  private static final int WRITERS = 4;

  private static final TransactionOptions BLIND =
      TransactionOptions.defaults().isolation(IsolationLevel.READ_COMMITTED);

  private final List<Entry> entries;
  private final List<Chunk> chunks;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicLong written = new AtomicLong();

  /** Entries that one transaction carries: from an index, included, to another, excluded. */
  private record Chunk(int from, int to) {}

  /** A load of entries, with distinct keys. */
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

  /** How many entries there are. */
  public int size() {
    return entries.size();
  }

  /** How many entries have been written and confirmed. May be asked while the load goes on. */
  public long written() {
    return written.get();
  }

  /**
   * Has the library judge every entry, without sending anything: each is written in a transaction
   * that is then rolled back.
   *
   * @throws CommandFailedException if it refuses one, naming the line {@code index + 1} of the
   *     source
   */
  public void check(DistributedStorage storage, String source) {
    for (Chunk chunk : chunks) {
      try (Transaction tx = storage.begin(BLIND)) {
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
   * Writes everything and returns when all of it is confirmed, through the storages in turn.
   *
   * @throws CommandFailedException if a transaction failed: what had been written by then stays
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
          "the load stopped after "
              + Figures.count(written.get())
              + " of "
              + Figures.count(size())
              + " entries: "
              + ErrorLine.of(e)
              + " (what was written stays; running it again writes all of it again)",
          e);
    } finally {
      // After a failure the other writers take no further chunk.
      next.set(chunks.size());
      writers.shutdown();
      // Whatever is under way ends by itself, at the latest at the storage's commit timeout.
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
