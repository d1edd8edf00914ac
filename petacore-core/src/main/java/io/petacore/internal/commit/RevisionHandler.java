package io.petacore.internal.commit;

import io.petacore.data.Bytes;
import io.petacore.internal.commit.batch.PendingCommit;
import io.petacore.internal.format.CommitRecord;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.RevisionListener;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Handles what the writer of the cache has applied. Each call is a step under the pipeline's lock,
 * inside the writer's; what follows from it is done at {@link #unlocked}.
 */
final class RevisionHandler implements RevisionListener {

  private final CommitContext context;
  private final SessionKeeper sessions;
  private final LossDetector losses;
  private final InDoubtResolver inDoubt;
  private final LoadResolver loads;
  private final BatchResolution resolution;
  private final Freshness freshness;

  private volatile boolean disconnected = true; // written under the cache's writer lock

  RevisionHandler(
      CommitContext context,
      SessionKeeper sessions,
      LossDetector losses,
      InDoubtResolver inDoubt,
      LoadResolver loads,
      BatchResolution resolution,
      Freshness freshness) {
    this.context = context;
    this.sessions = sessions;
    this.losses = losses;
    this.inDoubt = inDoubt;
    this.loads = loads;
    this.resolution = resolution;
    this.freshness = freshness;
  }

  /** Whether the store is not followed. Safe for use by many threads. */
  boolean isDisconnected() {
    return disconnected;
  }

  @Override
  public void following(boolean now) {
    disconnected = !now;
    context.lock.runRetaining(
        () -> {
          context.progress.setFollowing(now);
          if (now) {
            context.outcomes.storeAnswered();
          } else {
            failFast();
          }
        });
  }

  private void failFast() {
    freshness.disconnected();
    for (PendingCommit commit : context.pending.snapshot()) {
      if (commit.request().failFast()) {
        context.pending.remove(commit);
        context.outcomes.disconnected(commit);
      }
    }
  }

  @Override
  public void applied(AppliedState now, Commits commits) {
    context.lock.runRetaining(
        () -> {
          context.progress.applied(now.revision(), commits.recordRevision());
          inDoubt.recordApplied(now, commits.record());
          reportPropagation(commits.record());
          freshness.applied(now.revision(), commits);
          commits.bookkeeping().forEach(this::bookkeepingChanged);
        });
  }

  private void reportPropagation(@Nullable CommitRecord record) {
    if (record != null && record.hasTimestamp()) {
      Session own = sessions.current();
      if (own == null || !own.id().equals(record.session())) {
        context.monitor.propagated(record.timestamp());
      }
    }
  }

  @Override
  public void loadSent(long nanoTime) {
    context.lock.runRetaining(() -> context.staleness.applied(nanoTime));
  }

  @Override
  public void loaded(AppliedState now, Commits commits, History history) {
    context.lock.runRetaining(
        () -> {
          long recordBefore = context.progress.record();
          context.progress.applied(now.revision(), commits.recordRevision());
          if (history != History.SAME) {
            historyLost(now, history);
          } else if (context.progress.record() != recordBefore) {
            loads.loaded(now, commits.record());
          } // else no node has committed in between: nothing was skipped
          losses.loaded();
          freshness.loaded(history, commits);
          context.exclusiveLock.clear(now.revision());
          Set<Bytes> present = new HashSet<>();
          for (Bookkeeping kept : commits.bookkeeping()) {
            present.add(kept.key());
            bookkeepingChanged(kept);
          }
          loads.fencesLoaded(now, present);
        });
  }

  private void historyLost(AppliedState now, History history) {
    context.progress.startHistory(now.timestamp());
    sessions.historyLost();
    resolution.historyLost();
    if (history == History.ANOTHER) {
      context.progress.forgetKnown();
      context.outcomes.forgetConfirmed();
    }
  }

  private void bookkeepingChanged(Bookkeeping changed) {
    if (changed.key().equals(ReservedKeys.EXCLUSIVE_LOCK)) {
      context.exclusiveLock.shown(
          context.progress.applied(), changed.modRevision(), changed.value(), changed.leased());
      return;
    }
    context.exclusiveLock.fenceShown(changed);
    if (changed.value() != null) {
      sessions.fenceShown(changed.key(), changed.modRevision());
    } else {
      inDoubt.fenceEnded(changed.key());
    }
  }

  @Override
  public void unlocked() {
    context.lock.flush();
  }
}
