package io.petacore.internal.commit;

import io.petacore.internal.commit.batch.BatchPlanner;
import io.petacore.internal.commit.batch.BatchRequest;
import io.petacore.internal.commit.batch.PendingCommit;
import io.petacore.internal.format.SessionId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A batch from its sending until it is resolved. Guarded by the pipeline's lock. */
final class SentBatch {

  private final long number;
  private final SessionId session;
  private final BatchRequest frame;
  private final BatchPlanner.Plan plan;
  private final long sentAt;
  private final long inDoubtAt;
  private long answeredRevision;
  private Set<PendingCommit> refused = Set.of();
  private boolean inDoubt;
  private long fenceEndedAt;
  private boolean skipped;

  /**
   * @param number unique among all sessions of the storage
   * @param frame its guards
   * @param sentAt monotonic time of its sending, or before
   * @param inDoubtAt monotonic time from which on its answer counts as lost
   */
  SentBatch(
      long number,
      SessionId session,
      BatchRequest frame,
      BatchPlanner.Plan plan,
      long sentAt,
      long inDoubtAt) {
    this.number = number;
    this.session = session;
    this.frame = frame;
    this.plan = plan;
    this.sentAt = sentAt;
    this.inDoubtAt = inDoubtAt;
  }

  long number() {
    return number;
  }

  SessionId session() {
    return session;
  }

  BatchRequest frame() {
    return frame;
  }

  /** The mod revision of the session's fence that guards it. */
  long fenceRevision() {
    return frame.fenceRevision();
  }

  BatchPlanner.Plan plan() {
    return plan;
  }

  List<PendingCommit> members() {
    return plan.members();
  }

  long sentAt() {
    return sentAt;
  }

  long inDoubtAt() {
    return inDoubtAt;
  }

  /**
   * The store has applied it, at a revision that the watch has yet to deliver.
   *
   * @param flags for each member, whether it was committed
   */
  void answered(long revision, List<Boolean> flags) {
    answeredRevision = revision;
    refused = new HashSet<>();
    for (int i = 0; i < flags.size(); i++) {
      if (!flags.get(i)) {
        refused.add(members().get(i));
      }
    }
  }

  /** Whether the store has answered that it was applied. */
  boolean isAnswered() {
    return answeredRevision != 0;
  }

  /** The revision of the answer; 0 if there is none. */
  long answeredRevision() {
    return answeredRevision;
  }

  /** Whether a member was committed, by the store's answer. */
  boolean confirms(PendingCommit member) {
    return isAnswered() && !refused.contains(member);
  }

  boolean isInDoubt() {
    return inDoubt;
  }

  void markInDoubt() {
    inDoubt = true;
  }

  /** The watch has shown the end of its session's fence; of several ends the first counts. */
  void fenceEnded(long revision) {
    if (fenceEndedAt == 0) {
      fenceEndedAt = revision;
    }
  }

  /** The applied revision that showed the end of its session's fence; 0 if none did. */
  long fenceEndedAt() {
    return fenceEndedAt;
  }

  /** A load has skipped revisions that may have held its record. */
  void markSkipped() {
    skipped = true;
  }

  /** Whether revisions were skipped that may have held its record: its absence proves nothing. */
  boolean mayHaveBeenSkipped() {
    return skipped;
  }
}
