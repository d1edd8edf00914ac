package io.petacore.internal.commit;

import io.petacore.data.Bytes;
import io.petacore.error.StoreRefusedException;
import io.petacore.internal.commit.batch.PendingCommit;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.internal.format.SessionId;
import io.petacore.store.BatchResult;
import io.petacore.store.KeyValue;
import io.petacore.store.StoreException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Handles the store's answers to batches. An answer resolves a batch only if it was refused as a
 * whole: of an applied batch the watch shows the outcome, and the answer counts only where the
 * watch is late or was overtaken by a load. Guarded by the pipeline's lock.
 */
final class AnswerHandler {

  /**
   * An answer to a batch.
   *
   * @param result the store's result
   * @param flags for each member, whether it was committed; empty if the batch was not applied
   */
  record Answer(BatchResult result, List<Boolean> flags) {}

  private final CommitContext context;
  private final SessionKeeper sessions;
  private final LossDetector losses;
  private final InDoubtResolver inDoubt;
  private final BatchResolution resolution;

  AnswerHandler(
      CommitContext context,
      SessionKeeper sessions,
      LossDetector losses,
      InDoubtResolver inDoubt,
      BatchResolution resolution) {
    this.context = context;
    this.sessions = sessions;
    this.losses = losses;
    this.inDoubt = inDoubt;
    this.resolution = resolution;
  }

  /** Handles the answer to a batch, or the failure of its request. */
  void answered(SentBatch batch, @Nullable Answer answer, @Nullable Throwable failure) {
    if (!context.inFlight.contains(batch)) {
      return; // the watch was faster
    }
    if (answer == null) {
      failed(batch, StoreException.of(failure));
    } else if (answer.result().applied()) {
      applied(batch, answer);
    } else {
      refused(batch, answer.result().otherwise());
    }
  }

  private void applied(SentBatch batch, Answer answer) {
    context.backoff.reset();
    context.outcomes.storeAnswered();
    long revision = answer.result().revision();
    batch.answered(revision, answer.flags());
    if (context.progress.hasApplied(revision)) {
      resolution.byAnswer(batch); // a load has skipped its revision
    } else {
      context.progress.know(revision);
    }
  }

  /**
   * Nothing was applied: the fence, the exclusive commit lock or, for a large transaction, the
   * commit record had changed.
   */
  private void refused(SentBatch batch, List<KeyValue> found) {
    boolean alive = learn(batch.session(), batch.fenceRevision(), found);
    if (batch.plan().large() && alive) {
      PendingCommit member = batch.members().get(0);
      member.refused();
      member.lostToOthers();
    }
    resolution.notApplied(batch);
    if (alive
        && sessions.isUsableAt(batch.fenceRevision())
        && !batch.frame().isOvertakenBy(found, batch.plan().large())) {
      context.backoff.pause(); // the watch has yet to show the reason: it would be refused again
    }
  }

  /**
   * Takes note of what a refused request has read.
   *
   * @param sender the session that sent it
   * @param guardedBy the mod revision of the fence that it was guarded by
   * @return whether the session that sent it is alive
   */
  boolean learn(SessionId sender, long guardedBy, List<KeyValue> found) {
    Session current = sessions.current();
    boolean ofCurrent = current != null && current.id().equals(sender);
    boolean alive = false;
    for (KeyValue kv : found) {
      Bytes key = context.namespace.fromStore(kv.key());
      if (ReservedKeys.isSessionFence(key) && !key.equals(ReservedKeys.sessionFence(sender))) {
        requireFenceShown(key, kv.modRevision());
      } else if (ReservedKeys.isSessionFence(key)) {
        alive = true;
        sessions.fenceShown(key, kv.modRevision());
        if (ofCurrent && kv.modRevision() < guardedBy) {
          sessions.fenceWentBack();
        }
      } else {
        // The lock or the record: its newest revision must be applied before the next try.
        context.progress.holdUntilApplied(kv.modRevision());
        requireShown(key, kv.modRevision());
      }
    }
    if (!alive && current != null && ofCurrent) {
      sessions.lost(current);
    }
    return alive;
  }

  /** A revision that the store shows of a key, and that is applied, must have shown that key. */
  private void requireShown(Bytes key, long modRevision) {
    long shown =
        key.equals(ReservedKeys.EXCLUSIVE_LOCK)
            ? context.exclusiveLock.shownAt()
            : context.progress.record();
    if (context.progress.hasApplied(modRevision) && shown < modRevision) {
      losses.lost("the watch has left out revision " + modRevision + " of " + key);
    }
  }

  /** The same for the fence of another session, which the holder of a lock was thought to lack. */
  private void requireFenceShown(Bytes fence, long modRevision) {
    if (!context.progress.hasApplied(modRevision)) {
      context.progress.holdUntilApplied(modRevision);
    } else if (context.exclusiveLock.fenceRevision(fence) != modRevision) {
      losses.lost("the watch has left out revision " + modRevision + " of " + fence);
    }
  }

  private void failed(SentBatch batch, StoreException failure) {
    context.outcomes.storeFailed(failure);
    switch (failure.kind()) {
      case OUTCOME_UNKNOWN -> inDoubt.markInDoubt(batch);
      case REJECTED -> rejected(batch, failure);
      case CLOSED -> resolution.storeClosed(batch);
      default -> {
        resolution.notApplied(batch);
        context.backoff.pause();
      }
    }
  }

  /** The store does not take a request of this content: only the member at fault is to fail. */
  private void rejected(SentBatch batch, StoreException failure) {
    int size = batch.members().size();
    if (size == 0) {
      context.barriers.refused(batch, failure);
      context.inFlight.remove(batch);
      return;
    }
    if (size > 1) {
      batch.members().forEach(member -> member.limitBatchSize(size / 2));
      resolution.notApplied(batch);
      return;
    }
    context.inFlight.remove(batch);
    PendingCommit member = batch.members().get(0);
    context.outcomes.fail(
        member,
        new StoreRefusedException(
            "the store rejected the transaction, which writes "
                + member.anyKey()
                + ": "
                + failure.getMessage(),
            failure));
  }
}
