package io.petacore.internal.commit;

import io.petacore.internal.commit.batch.BatchPlanner;
import io.petacore.internal.commit.batch.BatchRequest;
import io.petacore.internal.commit.batch.PendingCommit;
import io.petacore.internal.format.SessionId;
import io.petacore.internal.monitoring.CommitBatchEvent;
import io.petacore.internal.monitoring.Monitor;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A batch from its sending until it is resolved. Guarded by the pipeline's lock. */
final class SentBatch {

  private final long number;
  private final SessionId session;
  private final BatchRequest frame;
  private final BatchPlanner.Plan plan;
  private final long sentAt;
  private final long inDoubtAt;
  private final @Nullable CommitBatchEvent event;
  private long answeredRevision;
  private long appliedRevision;
  private Set<PendingCommit> refused = Set.of();
  private boolean inDoubt;
  private long fenceEndedAt;
  private boolean skipped;

  /**
   * @param number unique among all sessions of the storage
   * @param frame its guards
   * @param sentAt monotonic time of its sending, or before
   * @param inDoubtAt monotonic time from which on its answer counts as lost
   * @param event begun with it; null while it is disabled
   */
  SentBatch(
      long number,
      SessionId session,
      BatchRequest frame,
      BatchPlanner.Plan plan,
      long sentAt,
      long inDoubtAt,
      @Nullable CommitBatchEvent event) {
    this.number = number;
    this.session = session;
    this.frame = frame;
    this.plan = plan;
    this.sentAt = sentAt;
    this.inDoubtAt = inDoubtAt;
    this.event = event;
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

  /** The number of transactions that it carries, each of a chain included. */
  int transactions() {
    return members().stream().mapToInt(member -> member.request().transactions()).sum();
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

  /** A revision was applied, or a state loaded, that shows that it was applied. */
  void markApplied(long revision) {
    appliedRevision = revision;
  }

  /** Reports its end, unless it carries no transactions. */
  void report(Monitor monitor) {
    if (!members().isEmpty()) {
      monitor.batchEnded(
          event,
          transactions(),
          plan.bytes(),
          appliedRevision == 0 ? answeredRevision : appliedRevision,
          inDoubt,
          sentAt);
    }
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
