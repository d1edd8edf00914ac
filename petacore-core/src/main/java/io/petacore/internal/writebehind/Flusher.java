package io.petacore.internal.writebehind;

import io.petacore.internal.concurrent.CombiningLock;
import io.petacore.internal.concurrent.SendBackoff;
import io.petacore.transaction.WriteBehindOptions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides when the writes of a buffer are sent, and takes them in chunks.
 *
 * <p>A <em>pass</em> takes everything that is pending when it begins, as fast as chunks in flight
 * end. It begins when the interval has passed since the first write after the last one, when half
 * of the bytes are used, when a writer waits, or a flush. Until that flush is over, one pass
 * follows another: what the first could not take, since an older write of its key was in flight, a
 * later one takes.
 *
 * <p><b>No thread of its own.</b> The storage's scheduler wakes it; chunks are taken and sent by
 * the scheduler's threads for blocking tasks, or by a thread that flushes. State is guarded by a
 * {@link CombiningLock}, which writers never acquire; requests are sent when it is free.
 */
final class Flusher implements ChunkOutcomes.Ends {

  private final Executor workers;
  private final Consumer<Runnable> intervalTimer;
  private final BufferedWrites writes;
  private final ByteBudget budget;
  private final Epochs epochs;
  private final int maxInFlight;
  private final ChunkSizes sizes;
  private final ChunkOutcomes outcomes;
  private final SendBackoff backoff;
  private final CombiningLock lock = new CombiningLock(this::sendPossible);
  private final CompletableFuture<Boolean> idle = new CompletableFuture<>();
  private final AtomicBoolean armed = new AtomicBoolean();
  private final AtomicBoolean waking = new AtomicBoolean();

  /** Whether everything pending will be sent anyway as soon as that is possible. */
  private volatile boolean busy;

  // ---- guarded by the lock

  private final Deque<Chunk> again = new ArrayDeque<>();
  private boolean passRequested;
  private BufferedWrites.@Nullable Pass pass;
  private int inFlight;
  private boolean ended;

  Flusher(
      WriteBehindContext context,
      WriteBehindOptions options,
      BufferedWrites writes,
      ByteBudget budget,
      Epochs epochs,
      ChunkSizes sizes,
      ChunkOutcomes outcomes) {
    this.workers = context.scheduler()::executeBlocking;
    Duration interval = options.flushInterval();
    this.intervalTimer = task -> context.scheduler().schedule(interval, task);
    this.writes = writes;
    this.budget = budget;
    this.epochs = epochs;
    this.maxInFlight = options.maxInFlight();
    this.sizes = sizes;
    this.outcomes = outcomes;
    this.backoff = new SendBackoff(context.scheduler(), this::wake);
  }

  // ---- writers

  /**
   * A write was taken: makes sure that a pass begins within the interval. The timer is unset before
   * its pass begins, so a write that finds it set is seen by that pass.
   */
  void written() {
    arm();
    if (budget.isHalfUsed()) {
      sendSoon();
    }
  }

  private void arm() {
    if (!armed.get() && armed.compareAndSet(false, true)) {
      intervalTimer.accept(
          () -> {
            armed.set(false);
            workers.execute(this::sendNow);
          });
    }
  }

  boolean isArmed() {
    return armed.get();
  }

  /** Has another thread begin a pass, unless one is due. */
  void sendSoon() {
    if (!busy && !waking.get() && waking.compareAndSet(false, true)) {
      workers.execute(
          () -> {
            waking.set(false);
            sendNow();
          });
    }
  }

  /** Begins a pass, on this thread unless others are at it. */
  void sendNow() {
    lock.submit(() -> passRequested = true);
  }

  private void wake() {
    workers.execute(() -> lock.submit(() -> {}));
  }

  // ---- the ends of chunks

  @Override
  public void chunkEnded() {
    lock.submit(
        () -> {
          inFlight--;
          backoff.reset();
          continueIfNeeded();
        });
  }

  @Override
  public void chunkEndedInVain() {
    lock.submit(
        () -> {
          inFlight--;
          backoff.pause();
          passRequested = true;
        });
  }

  @Override
  public void divided(List<Chunk> parts) {
    lock.submit(
        () -> {
          inFlight--;
          if (ended) {
            lock.afterUnlock(() -> outcomes.failUnsent(parts));
          } else {
            again.addAll(parts);
          }
        });
  }

  private void continueIfNeeded() {
    if (epochs.isAwaited() || budget.isAwaited() || budget.isHalfUsed()) {
      passRequested = true;
    } else if (budget.used() > 0) {
      arm(); // a timer may have found the keys of what is pending in flight
    }
  }

  // ---- sending

  /** Sends chunks until no more can be sent now; ends every step. */
  private void sendPossible() {
    while (!ended && inFlight < maxInFlight && !backoff.isPaused()) {
      Chunk chunk = nextChunk();
      if (chunk == null) {
        break;
      }
      inFlight++;
      lock.sendAfterUnlock(() -> outcomes.commit(chunk, this));
    }
    busy = passRequested || pass != null;
    if (!busy && !ended && inFlight == 0 && budget.isAwaited() && budget.used() > 0) {
      // That writer may have taken this pass, which had come too far, for one to come.
      lock.afterUnlock(this::sendSoon);
    }
    if (ended && inFlight == 0) {
      lock.afterUnlock(() -> idle.complete(true));
    }
  }

  private @Nullable Chunk nextChunk() {
    if (!again.isEmpty()) {
      return again.poll();
    }
    while (pass != null || passRequested) {
      if (pass == null) {
        passRequested = false;
        pass = writes.beginPass();
      }
      Chunk chunk = sizes.newChunk();
      if (pass.fill(chunk)) {
        pass = null;
      }
      if (!chunk.isEmpty()) {
        return chunk;
      }
    }
    return null;
  }

  // ---- the end

  /** Sends nothing any more, and fails what is not in flight. */
  void end(RuntimeException cause) {
    outcomes.stopTrying(cause);
    List<Chunk> unsent =
        lock.call(
            () -> {
              ended = true;
              List<Chunk> all = List.copyOf(again);
              again.clear();
              return all;
            });
    outcomes.failUnsent(unsent);
  }

  /** Completes when no chunk is in flight after {@link #end}. */
  CompletableFuture<Boolean> whenIdle() {
    return idle;
  }
}
