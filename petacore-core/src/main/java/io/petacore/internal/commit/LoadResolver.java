package io.petacore.internal.commit;

import io.petacore.data.Bytes;
import io.petacore.internal.commit.batch.CommitCheck;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.internal.commit.batch.PendingCommit;
import io.petacore.internal.commit.batch.Write;
import io.petacore.internal.format.CommitRecord;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.mvcc.Version;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Resolves batches by what a load shows: the state at one revision, and only the last of the commit
 * records that were written up to it. Guarded by the pipeline's lock.
 */
final class LoadResolver {

  private final InFlightBatches inFlight;
  private final ReplicaProgress progress;
  private final Outcomes outcomes;
  private final MvccCache cache;
  private final SessionKeeper sessions;
  private final InDoubtResolver inDoubt;
  private final BatchResolution resolution;

  LoadResolver(
      CommitContext context,
      SessionKeeper sessions,
      InDoubtResolver inDoubt,
      BatchResolution resolution) {
    this.inFlight = context.inFlight;
    this.progress = context.progress;
    this.outcomes = context.outcomes;
    this.cache = context.cache;
    this.sessions = sessions;
    this.inDoubt = inDoubt;
    this.resolution = resolution;
  }

  /**
   * Everything was loaded, and another commit record than before.
   *
   * @param record the commit record; null if there is none
   */
  void loaded(AppliedState now, @Nullable CommitRecord record) {
    SentBatch last = inFlight.writerOf(record);
    for (SentBatch batch : inFlight.all()) {
      if (batch.isAnswered() && batch.answeredRevision() <= now.revision()) {
        resolution.byAnswer(batch);
      } else if (batch == last) {
        resolveByState(batch);
      } else if (batch.fenceRevision() <= now.revision()) {
        batch.markSkipped();
      } // else it was sent after that revision
    }
  }

  /**
   * Everything was loaded. A fence that had been written and is absent has ended.
   *
   * @param fences the fences that are present
   */
  void fencesLoaded(AppliedState now, Set<Bytes> fences) {
    Session current = sessions.current();
    if (current != null
        && sessions.fenceRevision() <= now.revision()
        && !fences.contains(current.fence())) {
      sessions.lost(current);
    }
    for (SentBatch batch : inFlight.all()) {
      if (batch.fenceRevision() <= now.revision()
          && !fences.contains(ReservedKeys.sessionFence(batch.session()))) {
        inDoubt.passFencingPoint(batch);
      }
    }
  }

  /** Resolves the batch that wrote the last commit record: it was applied. */
  private void resolveByState(SentBatch batch) {
    batch.markApplied(progress.record());
    inFlight.remove(batch);
    for (PendingCommit member : batch.members()) {
      switch (evidence(member, batch)) {
        case COMMITTED ->
            resolution.committed(member, batch, new CommitOutcome.Committed(progress.record(), 0));
        case NOT_COMMITTED -> resolution.sendAgain(member);
        case NONE -> outcomes.unknown(member);
      }
    }
  }

  private enum Evidence {
    COMMITTED,
    NOT_COMMITTED,
    NONE
  }

  /** What the state shows of a member of the batch that wrote the last commit record. */
  private Evidence evidence(PendingCommit member, SentBatch batch) {
    CommitCheck.Result.Clear clear = member.clear();
    if (!batch.plan().isInGroup(member) || clear == null) {
      return Evidence.COMMITTED;
    }
    for (Write write : clear.writes()) {
      Version newest = cache.find(write.key(), cache.applied().timestamp());
      // A key that is absent, or was written since, was changed by a foreign program.
      if (newest != null && !newest.isTombstone() && newest.modRevision() <= progress.record()) {
        return newest.modRevision() == progress.record()
            ? Evidence.COMMITTED
            : Evidence.NOT_COMMITTED; // it would have been written, or deleted
      }
    }
    return Evidence.NONE;
  }
}
