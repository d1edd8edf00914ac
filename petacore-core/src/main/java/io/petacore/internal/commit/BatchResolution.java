package io.petacore.internal.commit;

import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.internal.commit.batch.PendingCommit;

/**
 * Ends a batch in flight, once its outcome is known: completes its members, or returns them to the
 * pending queue. Guarded by the pipeline's lock.
 */
final class BatchResolution {

  private final PendingQueue pending;
  private final InFlightBatches inFlight;
  private final Outcomes outcomes;
  private final CommitCounters counters;
  private boolean closed;

  BatchResolution(CommitContext context) {
    this.pending = context.pending;
    this.inFlight = context.inFlight;
    this.outcomes = context.outcomes;
    this.counters = context.counters;
  }

  // ---- a batch

  /** The batch was applied; its answer shows which members were committed. */
  void byAnswer(SentBatch batch) {
    inFlight.remove(batch);
    for (PendingCommit member : batch.members()) {
      if (batch.confirms(member)) {
        outcomes.complete(member, new CommitOutcome.Committed(batch.answeredRevision(), 0));
      } else {
        member.lostToOthers();
        sendAgain(member);
      }
    }
  }

  /** The batch was not applied, and never will be: its members are checked and sent again. */
  void notApplied(SentBatch batch) {
    inFlight.remove(batch);
    batch.members().forEach(this::sendAgain);
  }

  /** It can't be found out any more whether the batch was applied. */
  void unknown(SentBatch batch) {
    inFlight.remove(batch);
    batch.members().forEach(outcomes::unknown);
  }

  /** The batch was not applied, since the store was closed. */
  void storeClosed(SentBatch batch) {
    inFlight.remove(batch);
    batch.members().forEach(outcomes::storeClosed);
  }

  // ---- a member of a batch that is not in flight any more

  /** Completes a member that was committed. */
  void committed(PendingCommit member, SentBatch batch, CommitOutcome.Committed outcome) {
    if (batch.isInDoubt() && !member.isCompleted()) {
      counters.resolvedApplied.increment();
    }
    outcomes.complete(member, outcome);
  }

  /** A member in doubt was not applied, and never will be: counts it and has it sent again. */
  void resolvedNotApplied(PendingCommit member) {
    if (!member.isCompleted()) {
      counters.resolvedNotApplied.increment();
    }
    sendAgain(member);
  }

  /** It can't be found out any more whether a member was applied. */
  void unknown(PendingCommit member) {
    outcomes.unknown(member);
  }

  /**
   * A member was not applied, and never will be: it returns to its old position in the queue, to be
   * checked again. If it was reported as in doubt, it is never sent again.
   */
  void sendAgain(PendingCommit member) {
    if (closed) {
      outcomes.closed(member);
    } else if (member.isCompleted()) {
      outcomes.notCommitted(member);
    } else {
      pending.restore(member);
    }
  }

  // ---- deadlines

  /** The deadline of a member has passed while its batch is in flight. */
  void deadlinePassed(PendingCommit member, SentBatch batch) {
    if (!batch.isAnswered()) {
      outcomes.inDoubt(member); // it is resolved later
    } else if (batch.confirms(member)) {
      outcomes.complete(member, new CommitOutcome.Committed(batch.answeredRevision(), 0));
    } else {
      member.lostToOthers();
      outcomes.deadlinePassed(member);
    }
  }

  // ---- the end

  /** The storage is closed: what is pending fails, and nothing is sent again. */
  void close() {
    closed = true;
    pending.drain().forEach(outcomes::closed);
  }

  /** The store was closed: nothing can be sent or resolved any more. */
  void storeClosed() {
    pending.drain().forEach(outcomes::storeClosed);
    endAll();
  }

  /** Ends all batches with what is known of them. */
  void endAll() {
    for (SentBatch batch : inFlight.all()) {
      if (batch.isAnswered()) {
        byAnswer(batch);
      } else {
        unknown(batch);
      }
    }
  }

  /** The store is on another history: nothing that is known of requests means anything there. */
  void historyLost() {
    for (SentBatch batch : inFlight.all()) {
      unknown(batch);
    }
    for (PendingCommit commit : pending.snapshot()) {
      if (commit.request().isGuarded()) { // others rest on no state
        pending.remove(commit);
        outcomes.historyLost(commit);
      }
    }
  }
}
