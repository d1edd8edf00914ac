package io.petacore.internal.commit;

import io.petacore.error.InternalErrorException;
import io.petacore.error.PetaCoreException;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.internal.concurrent.Deadline;
import io.petacore.internal.mvcc.RevisionListener.Commits;
import io.petacore.internal.mvcc.RevisionListener.History;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the pipeline knows, and finds out, about how new the applied state is: {@linkplain
 * LatestReads latest reads}, {@linkplain Barriers barriers} and {@linkplain Staleness staleness}.
 * Public methods may be called by any thread; the others are guarded by the pipeline's lock.
 */
public final class Freshness {

  private static final Logger log = LoggerFactory.getLogger(Freshness.class);

  private final CommitContext context;
  private final Barriers barriers;
  private final LatestReads latest;
  private final IdleWrites idleWrites;
  private @Nullable String closed; // why nothing more is done; null while it is open

  /**
   * @param idleWriteInterval see {@link IdleWrites}
   */
  Freshness(CommitContext context, LossDetector losses, Duration idleWriteInterval) {
    this.context = context;
    this.barriers = context.barriers;
    this.latest = new LatestReads(context, losses);
    this.idleWrites = new IdleWrites(context, idleWriteInterval);
  }

  /** Starts to write the commit record while the namespace is idle. */
  void startIdleWrites() {
    idleWrites.start();
  }

  /**
   * Waits until every commit of PetaCore is applied that had returned before the call, on any node.
   *
   * @param deadline when the future fails at the latest
   * @param failFast whether it fails at once while the store is not followed
   * @return the applied revision; fails with the {@link PetaCoreException} that the application is
   *     to get. Completed on an internal thread
   */
  public CompletableFuture<Long> latest(Deadline deadline, boolean failFast) {
    return submit(deadline, failFast, latest::add);
  }

  /**
   * Waits until everything in the namespace is applied that the store had at the call, foreign
   * writes included.
   *
   * @param deadline when the future fails at the latest
   * @param failFast whether it fails at once while the store is not followed
   * @return the revision of the barrier, as {@link #latest}
   */
  public CompletableFuture<Long> barrier(Deadline deadline, boolean failFast) {
    return submit(deadline, failFast, barriers::add);
  }

  /** The staleness of this node in nanoseconds; -1 before the initial load. */
  public long stalenessNanos() {
    return context.staleness.nanos();
  }

  /**
   * The failure of a call that has waited for the store, or its watch, up to its deadline; the
   * store's last failure is its cause.
   *
   * @param what what it has waited for
   */
  public StoreUnavailableException late(String what) {
    return context.outcomes.late(what);
  }

  private CompletableFuture<Long> submit(
      Deadline deadline, boolean failFast, Consumer<RevisionCalls.Call> enqueue) {
    CompletableFuture<Long> done = new CompletableFuture<>();
    RevisionCalls.Call call = new RevisionCalls.Call(deadline, failFast, done);
    context.lock.submit(() -> enterOrFail(call, enqueue));
    return done;
  }

  /** A caller must not wait for ever, whatever goes wrong. */
  private void enterOrFail(RevisionCalls.Call call, Consumer<RevisionCalls.Call> enqueue) {
    try {
      enter(call, enqueue);
    } catch (RuntimeException | Error defect) {
      log.error("a call could not be enqueued; this is a defect", defect);
      RevisionCalls one = new RevisionCalls(context.lock);
      one.add(call);
      one.fail(() -> new InternalErrorException("the call could not be enqueued", defect, false));
    }
  }

  private void enter(RevisionCalls.Call call, Consumer<RevisionCalls.Call> enqueue) {
    RevisionCalls one = new RevisionCalls(context.lock);
    if (closed != null) {
      String reason = closed;
      one.add(call);
      one.fail(() -> new StorageClosedException(reason));
    } else if (call.failFast() && !context.progress.isFollowing()) {
      one.add(call);
      one.fail(context.outcomes::disconnected);
    } else {
      enqueue.accept(call);
    }
  }

  /** Sends the read that calls wait for; barriers are sent with the next batch. */
  void send() {
    if (closed == null) {
      latest.send();
    }
  }

  /** Whether no call waits. */
  boolean isIdle() {
    return barriers.areNone() && latest.areNone();
  }

  /** A revision was applied. */
  void applied(long revision, Commits commits) {
    barriers.withdrawIdleWrite();
    context.staleness.recordApplied(commits.recordRevision());
    latest.applied(revision, commits.recordRevision(), commits.record());
  }

  /** Everything was loaded. */
  void loaded(History history, Commits commits) {
    context.staleness.forgetAwaited();
    latest.loaded(history == History.SAME, commits.record());
  }

  /** The store is not followed any more. */
  void disconnected() {
    barriers.withdrawIdleWrite();
    barriers.failFast(context.outcomes::disconnected);
    latest.failFast(context.outcomes::disconnected);
  }

  /** Fails the calls whose deadline has passed, and sets the timer for the others. */
  void checkDeadlines() {
    barriers.checkDeadlines(
        () ->
            context.outcomes.late(
                "the barrier was not applied in time: this node has applied revision "
                    + context.progress.applied()
                    + " and is "
                    + (context.progress.isFollowing() ? "connected" : "disconnected")));
    latest.checkDeadlines();
  }

  /**
   * Fails all calls, now and from now on. Empty batches in flight need not be awaited.
   *
   * @param reason why, for the caller
   */
  void close(String reason) {
    context.lock.assertHeld();
    if (closed == null) {
      closed = reason;
    }
    barriers.close(reason);
    latest.close(reason);
    for (SentBatch batch : context.inFlight.all()) {
      if (batch.members().isEmpty()) {
        context.inFlight.remove(batch);
      }
    }
  }
}
