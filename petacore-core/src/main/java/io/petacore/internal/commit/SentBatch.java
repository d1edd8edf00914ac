package io.petacore.internal.commit;

import io.petacore.internal.format.SessionId;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
  private @Nullable List<Boolean> flags;
  private long answeredAt;
  private boolean inDoubt;
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

  /** The store has confirmed it; the watch has yet to bring it. */
  void answered(long revision, List<Boolean> memberFlags, long nanoTime) {
    answeredRevision = revision;
    flags = memberFlags;
    answeredAt = nanoTime;
  }

  boolean isAnswered() {
    return answeredRevision != 0;
  }

  long answeredRevision() {
    return answeredRevision;
  }

  long answeredAt() {
    return answeredAt;
  }

  /** Whether a member was committed, by the store's answer. */
  boolean confirms(PendingCommit member) {
    List<Boolean> known = flags;
    return known != null && known.get(members().indexOf(member));
  }

  /** Whether its fate can be read off a load in which its commit record is the last one. */
  boolean isTraceableInLoad() {
    // A deletion leaves nothing in a load that tells who did it; a put leaves its revision.
    return members().stream()
        .allMatch(
            member ->
                !member.request().isGuarded()
                    || plan.whole()
                    || (member.clear() != null && member.clear().writes().get(0).value() != null));
  }

  boolean isInDoubt() {
    return inDoubt;
  }

  void doubt() {
    inDoubt = true;
  }

  /** Revisions were skipped that may have held its record: not having seen it proves nothing. */
  boolean mayHavePassedUnseen() {
    return passedUnseen;
  }

  void passUnseen() {
    passedUnseen = true;
  }
}
