package io.petacore.internal.writebehind;

import io.petacore.error.ReadOnlyStorageException;
import io.petacore.error.StorageClosedException;
import io.petacore.internal.concurrent.Continuation;
import io.petacore.transaction.WriteBehind;
import io.petacore.transaction.WriteBehindOptions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** The buffers of a storage that are open or in flight. Safe for use by many threads. */
public final class WriteBehinds {

  private final WriteBehindContext context;
  private final boolean readOnly;
  private final Set<WriteBehindBuffer> open = ConcurrentHashMap.newKeySet();
  private final LongAdder failed = new LongAdder();
  private volatile boolean closed;

  /**
   * @param readOnly whether the storage commits nothing
   */
  public WriteBehinds(WriteBehindContext context, boolean readOnly) {
    this.context = context;
    this.readOnly = readOnly;
  }

  /**
   * Opens a buffer.
   *
   * @throws ReadOnlyStorageException if the storage is read-only
   * @throws StorageClosedException if it was closed
   */
  public WriteBehind open(WriteBehindOptions options) {
    if (readOnly) {
      throw new ReadOnlyStorageException(
          "the storage was opened read-only: it commits nothing, and has no write-behind");
    }
    WriteBehindBuffer buffer = new WriteBehindBuffer(context, options, failed);
    open.add(buffer);
    if (closed) { // it may have missed this one
      open.remove(buffer);
      throw new StorageClosedException("the storage was closed");
    }
    Continuation.after(
        buffer.whenIdle(), Runnable::run, (idle, none) -> open.remove(buffer), defect -> {});
    return buffer;
  }

  /** The estimated heap footprint of all writes held, in bytes. */
  public long bytes() {
    return open.stream().mapToLong(WriteBehind::bytes).sum();
  }

  /** The number of writes that have failed for good. */
  public long failed() {
    return failed.sum();
  }

  /**
   * Takes no more writes, and flushes all buffers; what is neither durable within the bound nor in
   * flight fails. To be called before the pipeline is closed.
   */
  public void close(Duration bound) {
    closed = true;
    List<WriteBehindBuffer> all = List.copyOf(open);
    await(bound, all.stream().map(buffer -> buffer.beginClose(true).done()));
    all.forEach(WriteBehindBuffer::endWithStorage);
  }

  /** Waits until every outcome was handled. To be called after the pipeline was closed. */
  public void awaitOutcomes(Duration bound) {
    await(bound, List.copyOf(open).stream().map(WriteBehindBuffer::whenIdle));
  }

  private void await(Duration bound, Stream<CompletableFuture<?>> futures) {
    CompletableFuture<Void> all =
        CompletableFuture.allOf(futures.toArray(CompletableFuture<?>[]::new));
    if (all.isDone()) {
      return;
    }
    try {
      context.scheduler().await(all, bound.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
