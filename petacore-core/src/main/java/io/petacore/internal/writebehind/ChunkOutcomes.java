package io.petacore.internal.writebehind;

import static java.util.Objects.requireNonNull;

import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.InternalErrorException;
import io.petacore.error.PetaCoreException;
import io.petacore.error.ResolvedOutcome;
import io.petacore.error.StoreRefusedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.TransactionTooLargeException;
import io.petacore.error.UniqueViolationException;
import io.petacore.internal.concurrent.Continuation;
import io.petacore.internal.concurrent.Deadline;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.writebehind.FailureReporter.Report;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Commits chunks, and decides by the outcome of each what follows for its writes, which are in
 * flight until then.
 *
 * <ul>
 *   <li>Durable, and applied here: they are released. Not before, or a read would see an older
 *       value than the one it has seen.
 *   <li>Unknown: nothing follows until the storage has resolved the commit. Until then it may yet
 *       be applied, over anything that is sent meanwhile.
 *   <li>Not applied, for a reason that passes: they are pending again, unless they have been tried
 *       for too long.
 *   <li>Refused for their content: the chunk is divided, until the write at fault is alone.
 *   <li>Anything else: they fail.
 * </ul>
 *
 * <p>A write that was not applied is dropped if a newer one of its key is pending, whatever the
 * case. Runs on any thread, without locks; neither blocks nor throws.
 */
final class ChunkOutcomes {

  private static final TransactionOptions READ_COMMITTED =
      TransactionOptions.defaults().isolation(IsolationLevel.READ_COMMITTED);

  /** Learns of the ends of chunks. */
  interface Ends {
    /** A chunk has ended: none of its writes is in flight any more. */
    void chunkEnded();

    /** A chunk has ended for a reason that may hold for the next one, too. */
    void chunkEndedInVain();

    /** A chunk is to be sent again, in parts. */
    void divided(List<Chunk> parts);
  }

  private final WriteBehindContext context;
  private final BufferedWrites writes;
  private final ByteBudget budget;
  private final ChunkSizes sizes;
  private final FailureReporter failures;
  private final long retryNanos;

  /** The failure of the last transaction; null if it has succeeded. */
  private volatile @Nullable RuntimeException lastFailure;

  /** Why nothing is tried again; null while it is. */
  private volatile @Nullable RuntimeException ended;

  ChunkOutcomes(
      WriteBehindContext context,
      BufferedWrites writes,
      ByteBudget budget,
      ChunkSizes sizes,
      FailureReporter failures,
      Duration retryTimeout) {
    this.context = context;
    this.writes = writes;
    this.budget = budget;
    this.sizes = sizes;
    this.failures = failures;
    this.retryNanos = Deadline.in(retryTimeout, () -> 0).remainingNanos();
  }

  /** The failure of the last transaction; null if it has succeeded. */
  @Nullable RuntimeException lastFailure() {
    return lastFailure;
  }

  /** Commits a chunk whose writes are in flight. */
  void commit(Chunk chunk, Ends ends) {
    if (chunk.isPart()) {
      writes.dropSuperseded(chunk);
    }
    if (chunk.isEmpty()) {
      ends.chunkEnded();
      return;
    }
    long now = context.scheduler().nanoTime();
    chunk.writes().forEach(write -> write.sentAt(now));
    Attempt attempt = new Attempt(chunk, ends);
    Continuation.after(
        context.runner().runOnWorkers(READ_COMMITTED, chunk::write),
        Runnable::run,
        attempt::ended,
        attempt::defect);
  }

  /** From now on nothing is tried again: what is not applied fails. */
  void stopTrying(RuntimeException cause) {
    ended = cause;
  }

  /** Fails what is pending, and chunks in flight that will not be sent. */
  void failUnsent(List<Chunk> unsent) {
    RuntimeException cause = requireNonNull(ended, "it is still being tried");
    Report report = failures.begin();
    unsent.forEach(chunk -> fail(chunk, cause, report));
    failPending(cause, report);
    report.send();
    budget.wake();
  }

  private void fail(Chunk chunk, RuntimeException cause, Report report) {
    chunk.writes().forEach(write -> fail(write, cause, report));
  }

  private void fail(BufferedWrite write, RuntimeException cause, Report report) {
    RuntimeException worst = write.causeOr(cause);
    if (writes.fail(write, worst)) {
      report.add(write, worst);
    }
  }

  private void failPending(RuntimeException cause, Report report) {
    writes.failPending(cause).forEach(write -> report.add(write, write.causeOr(cause)));
  }

  /** The transaction of a chunk. */
  private final class Attempt {
    private final Chunk chunk;
    private final Ends ends;
    private final Report report = failures.begin();
    private final AtomicBoolean over = new AtomicBoolean();

    Attempt(Chunk chunk, Ends ends) {
      this.chunk = chunk;
      this.ends = ends;
    }

    void ended(@Nullable CommitResult result, @Nullable Throwable failure) {
      chunk.takeRefused().forEach((write, cause) -> fail(write, cause, report));
      if (result != null) {
        lastFailure = null;
        committed(result.revision());
        return;
      }
      RuntimeException cause =
          failure instanceof RuntimeException known
              ? known
              : new InternalErrorException("writes behind could not be committed", failure, true);
      lastFailure = cause;
      if (cause instanceof CommitOutcomeUnknownException inDoubt) {
        Continuation.after(
            inDoubt.outcome(),
            Runnable::run,
            (outcome, none) -> resolved(inDoubt, outcome),
            this::defect);
      } else {
        failed(cause);
      }
    }

    private void committed(long revision) {
      CompletableFuture<AppliedState> applied = context.cache().whenApplied(revision);
      if (applied.isDone()) {
        durable();
      } else {
        Continuation.after(
            applied,
            context.scheduler()::executeBlocking,
            (state, storageClosed) -> durable(),
            this::defect);
      }
    }

    private void durable() {
      writes.durable(chunk);
      over(ends::chunkEnded);
    }

    private void resolved(
        CommitOutcomeUnknownException inDoubt, @Nullable ResolvedOutcome outcome) {
      if (outcome != null && outcome.isCommitted()) {
        committed(outcome.revision());
      } else if (outcome != null && outcome.isNotCommitted()) {
        tryAgain(
            new StoreUnavailableException(
                "the answer to the commit was lost, and nothing was applied", inDoubt));
      } else {
        chunk.writes().forEach(write -> write.markUnknown(inDoubt));
        tryAgain(inDoubt);
      }
    }

    private void failed(RuntimeException cause) {
      if (cause instanceof TransactionTooLargeException) {
        sizes.tooLarge(chunk);
        divide(cause);
      } else if (cause instanceof StoreRefusedException) {
        divide(cause);
      } else if (cause instanceof UniqueViolationException violation) {
        leaveOut(violation);
      } else if (cause instanceof PetaCoreException known && known.isRetryable()) {
        tryAgain(cause);
      } else {
        failAll(cause);
      }
    }

    private void divide(RuntimeException cause) {
      if (chunk.size() == 1) {
        failAll(cause);
      } else {
        sendAgain(chunk.halves());
      }
    }

    private void leaveOut(UniqueViolationException violation) {
      List<BufferedWrite> atFault =
          chunk.writes().stream().filter(write -> write.key().equals(violation.key())).toList();
      if (atFault.isEmpty()) {
        divide(violation);
        return;
      }
      atFault.forEach(write -> fail(write, violation, report));
      sendAgain(List.of(chunk.without(atFault.get(0))));
    }

    private void sendAgain(List<Chunk> parts) {
      RuntimeException why = ended;
      if (why != null) {
        failAll(why);
      } else {
        over(() -> ends.divided(parts));
      }
    }

    private void tryAgain(RuntimeException cause) {
      long now = context.scheduler().nanoTime();
      for (BufferedWrite write : chunk.writes()) {
        if (ended != null || write.triedFor(now) >= retryNanos) {
          fail(write, cause, report);
        } else {
          writes.giveBack(write);
        }
      }
      RuntimeException why = ended;
      if (why != null) {
        failPending(why, report); // given back after all others had failed
      }
      over(ends::chunkEndedInVain);
    }

    private void failAll(RuntimeException cause) {
      fail(chunk, cause, report);
      over(ends::chunkEnded);
    }

    void defect(RuntimeException defect) {
      failAll(new InternalErrorException("writes behind could not be handled", defect, true));
    }

    /** The last step. */
    private void over(Runnable next) {
      report.send();
      budget.wake();
      if (over.compareAndSet(false, true)) {
        next.run();
      }
    }
  }
}
