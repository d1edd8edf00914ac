package io.petacore.internal.commit;

import io.petacore.internal.format.SessionId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A request on its way, from the sending until its fate is known and applied here. Guarded by the
 * pipeline's lock.
 */
final class SentBatch {

  private final long number;
  private final SessionId session;
  private final long fenceRevision;
  private final BatchPlanner.Plan plan;
  private final long doubtAt;
  private long answeredRevision;
  private Set<PendingCommit> refused = Set.of();
  private boolean inDoubt;
  private long fenceEndedAt;
  private boolean passedUnseen;

  /**
   * @param number unique among all sessions of the storage
   * @param fenceRevision the mod revision of the session's fence that guards it
   * @param doubtAt monotonic time from which on its answer is taken for lost
   */
  SentBatch(
      long number, SessionId session, long fenceRevision, BatchPlanner.Plan plan, long doubtAt) {
    this.number = number;
    this.session = session;
    this.fenceRevision = fenceRevision;
    this.plan = plan;
    this.doubtAt = doubtAt;
  }

  long number() {
    return number;
  }

  SessionId session() {
    return session;
  }

  long fenceRevision() {
    return fenceRevision;
  }

  BatchPlanner.Plan plan() {
    return plan;
  }

  List<PendingCommit> members() {
    return plan.members();
  }

  long doubtAt() {
    return doubtAt;
  }

  /**
   * The store has confirmed it; the watch has yet to bring it.
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

  boolean isAnswered() {
    return answeredRevision != 0;
  }

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

  void doubt() {
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

  /** Revisions were skipped that may have held its record: not having seen it proves nothing. */
  boolean mayHavePassedUnseen() {
    return passedUnseen;
  }

  void passUnseen() {
    passedUnseen = true;
  }
}
