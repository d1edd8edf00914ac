package io.petacore.internal.writebehind;

import static java.util.Objects.requireNonNull;

import io.petacore.data.Bytes;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.WriteBehindException;
import io.petacore.error.WriteBehindFullException;
import io.petacore.internal.concurrent.Deadline;
import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.format.Limits;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.writebehind.Epochs.Epoch;
import io.petacore.internal.writebehind.Epochs.Failed;
import io.petacore.transaction.WriteBehind;
import io.petacore.transaction.WriteBehindOptions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A write-behind buffer.
 *
 * <p><b>Invariants.</b>
 *
 * <ul>
 *   <li>Of each key at most one write is in flight, and at most one, newer, is pending. A write is
 *       in flight from when it is taken into a chunk until the chunk's transaction is resolved: it
 *       is durable and applied here, or was not applied and never will be. So no older write of a
 *       key can be applied after a newer one was sent.
 *   <li>A write that was not applied becomes pending again only if none of its key is. So it never
 *       replaces a newer one, which takes over its {@linkplain Epochs epoch} instead.
 *   <li>A flush is over when every write that had been taken when it began, or a newer one of its
 *       key, is durable, or has failed for good.
 *   <li>The bytes of all writes, pending and in flight, are acquired from the {@link ByteBudget}
 *       before they are taken.
 *   <li>A write that was taken is durable, replaced or reported as failed in the end, unless the
 *       process dies.
 * </ul>
 *
 * <p>Safe for use by many threads.
 */
final class WriteBehindBuffer implements WriteBehind {

  private final MvccCache cache;
  private final Limits limits;
  private final Scheduler scheduler;
  private final Duration writeTimeout;
  private final Duration flushTimeout;
  private final ByteBudget budget;
  private final Epochs epochs = new Epochs();
  private final BufferedWrites writes;
  private final ChunkOutcomes outcomes;
  private final Flusher flusher;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile boolean storageClosed;

  /**
   * @param failed counts the writes that fail for good
   */
  WriteBehindBuffer(WriteBehindContext context, WriteBehindOptions options, LongAdder failed) {
    this.cache = context.cache();
    this.limits = context.limits();
    this.scheduler = context.scheduler();
    this.writeTimeout = options.writeTimeout();
    this.flushTimeout = options.flushTimeout();
    this.budget = new ByteBudget(options.maxBytes());
    this.writes = new BufferedWrites(budget, epochs);
    ChunkSizes sizes = new ChunkSizes(context.prefixBytes(), limits.maxValueBytes());
    this.outcomes =
        new ChunkOutcomes(
            context,
            writes,
            budget,
            sizes,
            new FailureReporter(
                context.executor(), options.onFailure().orElse(FailureReporter::log), failed),
            options.retryTimeout());
    this.flusher = new Flusher(context, options, writes, budget, epochs, sizes, outcomes);
  }

  // ---- writing

  @Override
  public void write(Bytes key, Bytes value) {
    Limits.requireKey(key);
    requireNonNull(value, "value");
    if (Limits.isTooLong(key) && read(key) == null) {
      throw Limits.tooLong(key);
    }
    put(key, limits.requireValue(key, value));
  }

  @Override
  public void delete(Bytes key) {
    put(Limits.requireKey(key), null);
  }

  private void put(Bytes key, @Nullable Bytes value) {
    if (isTaken(key, value)) {
      return;
    }
    long bytes = BufferedWrite.bytesOf(key, value);
    if (bytes > budget.max()) {
      throw new IllegalArgumentException(
          "a write of the key "
              + key
              + " takes "
              + bytes
              + " bytes, more than the buffer may hold: maxBytes is "
              + budget.max());
    }
    Deadline deadline = Deadline.in(writeTimeout, scheduler::nanoTime);
    while (true) {
      CompletableFuture<Boolean> woken = budget.whenWoken();
      if (isTaken(key, value)) {
        return;
      }
      flusher.sendSoon();
      await(woken, key, deadline);
    }
  }

  /**
   * Takes a write, unless the buffer is full.
   *
   * @throws RuntimeException if it is closed
   */
  private boolean isTaken(Bytes key, @Nullable Bytes value) {
    return switch (writes.put(key, value)) {
      case TAKEN -> {
        flusher.written();
        yield true;
      }
      case FULL -> false;
      case CLOSED -> throw closedFailure(key);
    };
  }

  private RuntimeException closedFailure(Bytes key) {
    return storageClosed
        ? new StorageClosedException(
            "the storage was closed; the write of " + key + " was not taken")
        : new IllegalStateException(
            "the buffer was closed; the write of " + key + " was not taken");
  }

  private void await(CompletableFuture<Boolean> woken, Bytes key, Deadline deadline) {
    try {
      long remaining = deadline.remainingNanos();
      if (remaining > 0 && scheduler.await(woken, remaining)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw full(key, "the writer was interrupted", e);
    }
    throw full(key, "it remained so for " + writeTimeout, outcomes.lastFailure());
  }

  private WriteBehindFullException full(Bytes key, String why, @Nullable Throwable cause) {
    return new WriteBehindFullException(
        key,
        "the buffer is full, so that the write of "
            + key
            + " was not taken, and "
            + why
            + ": maxBytes is "
            + budget.max()
            + ", of which "
            + budget.used()
            + " are used"
            + reason(cause),
        cause);
  }

  private static String reason(@Nullable Throwable cause) {
    return cause == null ? "" : "; the last failure: " + cause.getMessage();
  }

  // ---- reading

  @Override
  public @Nullable Bytes read(Bytes key) {
    BufferedWrite held = writes.find(Limits.requireKey(key));
    // What is held no longer is applied.
    return held == null ? cache.newest(key) : held.value();
  }

  @Override
  public long bytes() {
    return budget.used();
  }

  /** The failure of the last transaction; null if it has succeeded. */
  @Nullable RuntimeException lastFailure() {
    return outcomes.lastFailure();
  }

  /** Whether a pass will begin when the interval is over. */
  boolean isArmed() {
    return flusher.isArmed();
  }

  /** Whether a write of a key is in flight, and no newer one pending. */
  boolean isInFlight(Bytes key) {
    return writes.isInFlight(key);
  }

  /** Whether a writer may be waiting. */
  boolean isAwaited() {
    return budget.isAwaited();
  }

  // ---- flushing

  @Override
  public void flush() {
    Epoch epoch = epochs.flush();
    if (!epoch.done().isDone()) {
      flusher.sendNow();
    }
    await(epoch);
  }

  private void await(Epoch epoch) {
    try {
      long nanos = Deadline.in(flushTimeout, scheduler::nanoTime).remainingNanos();
      if (!scheduler.await(epoch.done(), nanos) && epochs.abandon(epoch)) {
        RuntimeException cause = outcomes.lastFailure();
        throw new WriteBehindException(
            0,
            "not everything was durable within "
                + flushTimeout
                + "; "
                + budget.used()
                + " bytes are held"
                + reason(cause),
            cause);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      epochs.abandon(epoch);
      throw new WriteBehindException(0, "interrupted before everything was durable", e);
    }
    Failed failed = epoch.done().join();
    if (failed.count() > 0) {
      throw new WriteBehindException(
          failed.count(),
          failed.count()
              + " writes have failed for good, the first of the key "
              + failed.key()
              + reason(failed.cause()),
          failed.cause());
    }
  }

  // ---- closing

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      await(beginClose(false));
    } finally {
      flusher.end(
          new StoreUnavailableException(
              "the buffer was closed, and the write was not durable within "
                  + flushTimeout
                  + reason(outcomes.lastFailure()),
              outcomes.lastFailure()));
    }
  }

  /** Takes no more writes, and sends what is held. */
  Epoch beginClose(boolean byStorage) {
    storageClosed |= byStorage;
    Epoch last = epochs.close();
    budget.wake();
    if (!last.done().isDone()) {
      flusher.sendNow();
    }
    return last;
  }

  /** The storage is being closed: nothing can be sent any more. */
  void endWithStorage() {
    flusher.end(new StorageClosedException("the storage was closed before the write was durable"));
  }

  /** Completes once it is closed and nothing is in flight any more. */
  CompletableFuture<Boolean> whenIdle() {
    return flusher.whenIdle();
  }
}
