package io.petacore.internal.commit;

import io.petacore.data.Bytes;
import io.petacore.internal.commit.batch.CommitCheck;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.internal.commit.batch.GuardedRange;
import io.petacore.internal.commit.batch.PendingCommit;
import io.petacore.internal.commit.batch.Write;
import io.petacore.internal.format.CommitRecord;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.mvcc.RangeComparison;
import io.petacore.internal.mvcc.Version;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Resolves batches by what the watch shows.
 *
 * <p><b>One source of truth.</b> A batch was applied if the watch shows its commit record. Which of
 * its members were committed is shown by the keys that its revision wrote.
 *
 * <p><b>Exactly once.</b> A request whose answer is lost may still be applied later. Its members
 * are not sent again until it can't be: the session's fence is advanced, or its lease has ended,
 * and the watch has delivered that revision, the <em>fencing point</em>. A request from before the
 * fencing point that was applied has shown its record by then; one that was not applied never will
 * be, since its guard on the fence does not hold any more.
 *
 * <p>Guarded by the pipeline's lock.
 */
final class InDoubtResolver {

  private final InFlightBatches inFlight;
  private final ReplicaProgress progress;
  private final MvccCache cache;
  private final SessionKeeper sessions;
  private final LossDetector losses;
  private final BatchResolution resolution;
  private final CommitContext context;

  InDoubtResolver(
      CommitContext context,
      SessionKeeper sessions,
      LossDetector losses,
      BatchResolution resolution) {
    this.context = context;
    this.inFlight = context.inFlight;
    this.progress = context.progress;
    this.cache = context.cache;
    this.sessions = sessions;
    this.losses = losses;
    this.resolution = resolution;
  }

  /**
   * The answer to a batch is lost: has a fencing point made. A batch without members needs none:
   * applied or not, it changes nothing, and its barrier is sent again.
   */
  void markInDoubt(SentBatch batch) {
    if (batch.members().isEmpty()) {
      if (context.barriers.isAwaited(batch)) {
        context.backoff.pause();
      }
      inFlight.remove(batch);
      return;
    }
    batch.markInDoubt();
    Session current = sessions.current();
    // Of a session that was lost, the end of the fence is the fencing point, and yet to come.
    if (current != null && current.id().equals(batch.session())) {
      sessions.advanceFence();
    }
  }

  // ---- commit records

  /** A revision was applied that wrote this commit record, or none. */
  void recordApplied(AppliedState now, @Nullable CommitRecord record) {
    SentBatch own = inFlight.writerOf(record);
    if (own != null) {
      resolveByRecord(own, now);
    }
  }

  private void resolveByRecord(SentBatch batch, AppliedState now) {
    context.staleness.applied(batch.sentAt());
    context.barriers.delivered(batch, now.revision());
    batch.markApplied(now.revision());
    inFlight.remove(batch);
    for (PendingCommit member : batch.members()) {
      if (wasCommitted(member, batch, now)) {
        resolution.committed(
            member, batch, new CommitOutcome.Committed(now.revision(), now.timestamp()));
      } else {
        requireReason(member, now);
        member.lostToOthers();
        resolution.sendAgain(member);
      }
    }
  }

  /**
   * Whether a member of an applied batch was committed: its keys are in the batch's revision. They
   * are compared by timestamp, since a store that was set back gives revisions out again.
   */
  private boolean wasCommitted(PendingCommit member, SentBatch batch, AppliedState now) {
    CommitCheck.Result.Clear clear = member.clear();
    if (!batch.plan().isInGroup(member)) {
      return true;
    }
    Version newest =
        clear == null ? null : cache.find(clear.writes().get(0).key(), now.timestamp());
    return newest != null && newest.timestamp() == now.timestamp();
  }

  /**
   * The store has judged a member's guards by the state before this revision, and one of them did
   * not hold. If all of them hold in that state here, the state here is not the store's: the watch
   * has lost a change, and the member would be refused for ever.
   */
  private void requireReason(PendingCommit member, AppliedState now) {
    CommitCheck.Result.Clear clear = member.clear();
    if (clear == null || clear.guards().isEmpty()) {
      return;
    }
    if (!hold(clear.guards(), now) || !hold(clear.readGuards(), now)) {
      return;
    }
    for (GuardedRange range : clear.ranges()) {
      if (RangeComparison.isAnyNewer(cache, range.range(), range.newest(), now.timestamp() - 1)) {
        return;
      }
    }
    losses.lost(
        "a commit that writes "
            + member.anyKey()
            + " was refused at revision "
            + now.revision()
            + ", although all of its guards hold here");
  }

  private boolean hold(Map<Bytes, Long> guards, AppliedState now) {
    for (Map.Entry<Bytes, Long> guard : guards.entrySet()) {
      Version before = cache.find(guard.getKey(), now.timestamp() - 1);
      if (CommitCheck.modRevision(before) != guard.getValue()) {
        return false;
      }
    }
    return true;
  }

  // ---- fencing points

  /** The watch has shown the end of a fence: what was sent under it can't be applied any more. */
  void fenceEnded(Bytes fence) {
    Session current = sessions.current();
    if (current != null && current.fence().equals(fence)) {
      sessions.lost(current);
    }
    for (SentBatch batch : inFlight.all()) {
      if (ReservedKeys.sessionFence(batch.session()).equals(fence)) {
        batch.fenceEnded(progress.applied());
      }
    }
  }

  /** Resolves the batches whose fencing point, or answered revision, is applied. */
  void resolvePassed() {
    for (SentBatch batch : inFlight.all()) {
      long fencingPoint = fencingPoint(batch);
      if (batch.isAnswered() && progress.hasApplied(batch.answeredRevision())) {
        // Its revision holds something else: the store was restored to just before it.
        resolution.unknown(batch);
      } else if (fencingPoint != 0) {
        if (losses.hasSeenAllUpTo(fencingPoint)) {
          passFencingPoint(batch);
        } else {
          losses.verify(fencingPoint);
        }
      }
    }
  }

  /**
   * The applied revision from which on a batch can't be applied any more; 0 if it is not known to
   * be applied. It is the end of its session's fence; the opening of another session, since this
   * one was lost before; or the advance of this session's fence.
   */
  private long fencingPoint(SentBatch batch) {
    if (batch.fenceEndedAt() != 0) {
      return batch.fenceEndedAt();
    }
    Session current = sessions.current();
    long fence = sessions.fenceRevision();
    boolean passed =
        current != null
            && progress.hasApplied(fence)
            && (!batch.session().equals(current.id()) || batch.fenceRevision() < fence);
    return passed ? fence : 0;
  }

  /** Resolves a batch whose fencing point is applied, and that has not shown its record. */
  void passFencingPoint(SentBatch batch) {
    if (batch.isAnswered()) {
      resolution.byAnswer(batch);
    } else if (batch.mayHaveBeenSkipped()) {
      resolveByUnchangedKeys(batch);
    } else {
      inFlight.remove(batch);
      batch.members().forEach(resolution::resolvedNotApplied);
    }
  }

  /**
   * Resolves a batch whose record may be in a revision that a load has skipped. A member was not
   * applied if a key that it writes is present and was last written before the check.
   */
  private void resolveByUnchangedKeys(SentBatch batch) {
    inFlight.remove(batch);
    for (PendingCommit member : batch.members()) {
      if (isAnyKeyUnchanged(member)) {
        resolution.resolvedNotApplied(member);
      } else {
        resolution.unknown(member);
      }
    }
  }

  private boolean isAnyKeyUnchanged(PendingCommit member) {
    CommitCheck.Result.Clear clear = member.clear();
    if (clear == null) {
      return false;
    }
    long checkedAt = clear.at().revision();
    for (Write write : clear.writes()) {
      // An absent key may have been written, and deleted by a foreign program.
      long modRevision =
          CommitCheck.modRevision(cache.find(write.key(), cache.applied().timestamp()));
      if (modRevision != 0 && modRevision <= checkedAt) {
        return true;
      }
    }
    return false;
  }
}
