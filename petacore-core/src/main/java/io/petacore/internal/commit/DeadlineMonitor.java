package io.petacore.internal.commit;

import io.petacore.internal.commit.batch.PendingCommit;

/**
 * Completes commits and calls whose deadline has passed, and has batches resolved whose answer
 * counts as lost. Guarded by the pipeline's lock.
 */
final class DeadlineMonitor {

  private final CommitContext context;
  private final SessionKeeper sessions;
  private final ExclusiveCommitLock exclusiveLock;
  private final InDoubtResolver inDoubt;
  private final BatchResolution resolution;
  private final Freshness freshness;

  DeadlineMonitor(
      CommitContext context,
      SessionKeeper sessions,
      ExclusiveCommitLock exclusiveLock,
      InDoubtResolver inDoubt,
      BatchResolution resolution,
      Freshness freshness) {
    this.context = context;
    this.sessions = sessions;
    this.exclusiveLock = exclusiveLock;
    this.inDoubt = inDoubt;
    this.resolution = resolution;
    this.freshness = freshness;
  }

  /** Handles the deadlines that have passed, and sets the timer for the others. */
  void check() {
    context.timer.fired();
    for (PendingCommit commit : context.pending.snapshot()) {
      if (commit.request().deadline().hasPassed()) {
        context.pending.remove(commit);
        deadlinePassed(commit);
      } else {
        context.timer.setFor(commit.request().deadline());
      }
    }
    context.inFlight.all().forEach(this::check);
    freshness.checkDeadlines();
  }

  private void deadlinePassed(PendingCommit pending) {
    Session session = sessions.current();
    if (session != null && !exclusiveLock.admits(session)) {
      pending.lostToOthers();
    }
    context.outcomes.deadlinePassed(pending);
  }

  private void check(SentBatch batch) {
    for (PendingCommit member : batch.members()) {
      if (member.isCompleted()) {
        continue;
      }
      if (member.request().deadline().hasPassed()) {
        resolution.deadlinePassed(member, batch);
      } else {
        context.timer.setFor(member.request().deadline());
      }
    }
    if (batch.isAnswered() || batch.isInDoubt()) {
      return; // the watch will show its outcome
    }
    if (context.scheduler.nanoTime() - batch.inDoubtAt() >= 0) {
      inDoubt.markInDoubt(batch);
    } else {
      context.timer.setFor(batch.inDoubtAt());
    }
  }
}
