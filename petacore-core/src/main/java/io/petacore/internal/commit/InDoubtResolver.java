package io.petacore.internal.commit;

import io.petacore.data.Bytes;
import io.petacore.error.PetaCoreException;
import io.petacore.error.StoreRefusedException;
import io.petacore.internal.format.CommitRecord;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.internal.format.SessionId;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.mvcc.Version;
import io.petacore.store.BatchResult;
import io.petacore.store.KeyValue;
import io.petacore.store.StoreException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what became of each request, and what follows for its members.
 *
 * <p><b>One source of truth.</b> What became of a request is read off the watch: its commit record
 * shows that it was applied, and which of its members were shows in the keys that its revision
 * wrote. The store's answer is needed only for what was refused as a whole, and where the watch is
 * late.
 *
 * <p><b>Exactly once.</b> A request whose answer is lost may still be applied later. It is not sent
 * again until it is certain that it never will be: the session's fence is raised, or its lease has
 * ended, and the watch has come to that revision, the <em>border</em>. A request from before it
 * that was applied has shown its record by then; one that was not applied never will be, since its
 * guard on the fence holds no more.
 *
 * <p>Guarded by the pipeline's lock.
 */
final class InDoubtResolver {

  private final Namespace namespace;
  private final MvccCache cache;
  private final SessionKeeper sessions;
  private final PendingQueue waiting;
  private final InFlightBatches inFlight;
  private final ReplicaProgress position;
  private final Pause pause;
  private final ExclusiveLockState turn;
  private final LossDetector losses;
  private final Outcomes outcomes;
  private final CommitCounters counters;
  private boolean closed;

  InDoubtResolver(
      Namespace namespace,
      MvccCache cache,
      SessionKeeper sessions,
      LossDetector losses,
      CommitState state) {
    this.namespace = namespace;
    this.cache = cache;
    this.sessions = sessions;
    this.waiting = state.waiting;
    this.inFlight = state.inFlight;
    this.position = state.position;
    this.pause = state.pause;
    this.turn = state.turn;
    this.losses = losses;
    this.outcomes = state.outcomes;
    this.counters = state.counters;
  }

  // ---- what the store answers

  /**
   * The store has answered a request, or failed to.
   *
   * @param laid how the request was laid out
   */
  void answered(
      SentBatch sent,
      BatchLayout.Laid laid,
      @Nullable BatchResult result,
      @Nullable Throwable failure,
      DeferredActions effects) {
    if (!inFlight.contains(sent)) {
      return; // the watch was faster
    }
    if (result == null) {
      unanswered(sent, StoreException.of(failure), effects);
    } else if (result.applied()) {
      confirmed(sent, laid, result, effects);
    } else {
      refused(sent, result.otherwise(), effects);
    }
  }

  private void confirmed(
      SentBatch sent, BatchLayout.Laid laid, BatchResult result, DeferredActions effects) {
    pause.startOver();
    outcomes.storeAnswered();
    sent.answered(result.revision(), laid.flags(sent.plan(), result));
    if (position.hasApplied(result.revision())) {
      settleByAnswer(sent, effects); // a load has jumped over its revision
    } else {
      position.know(result.revision());
    }
  }

  /**
   * Nothing was applied: the fence, the turn or (for a whole request) the commit record had moved.
   */
  private void refused(SentBatch sent, List<KeyValue> found, DeferredActions effects) {
    long heldUntil = position.heldUntil();
    boolean alive = learn(sent.session(), sent.fenceRevision(), found, effects);
    if (sent.plan().whole() && alive) {
      sent.members().get(0).refused();
      sent.members().get(0).lostToOthers();
    }
    takeBack(sent, effects);
    if (alive && sessions.isUsableAt(sent.fenceRevision()) && position.heldUntil() == heldUntil) {
      pause.begin(); // sent again at once, it would be refused again: the watch owes the reason
    }
  }

  /**
   * Takes in what a refused request has read instead.
   *
   * @param guardedBy the mod revision of the fence that it was guarded by
   * @return whether the session that sent it is alive
   */
  boolean learn(SessionId sender, long guardedBy, List<KeyValue> found, DeferredActions effects) {
    Session current = sessions.current();
    boolean ofCurrent = current != null && current.id().equals(sender);
    boolean alive = false;
    for (KeyValue kv : found) {
      Bytes key = namespace.fromStore(kv.key());
      if (ReservedKeys.isSessionFence(key)) {
        alive = true;
        sessions.seen(key, kv.modRevision());
        if (ofCurrent && kv.modRevision() < guardedBy) {
          sessions.wentBack(effects);
        }
      } else {
        // The turn or the record: what it is now must have been applied here before the next try.
        position.hold(kv.modRevision());
        requireSeen(key, kv.modRevision(), effects);
      }
    }
    if (!alive && current != null && ofCurrent) {
      sessions.lost(current);
    }
    return alive;
  }

  /** What the store has shown of a key, and what the watch has passed, it must have delivered. */
  private void requireSeen(Bytes key, long modRevision, DeferredActions effects) {
    long seen = key.equals(ReservedKeys.EXCLUSIVE_LOCK) ? turn.seenAt() : position.record();
    if (position.hasApplied(modRevision) && seen < modRevision) {
      losses.lost("the watch has left out revision " + modRevision + " of " + key, effects);
    }
  }

  private void unanswered(SentBatch sent, StoreException failure, DeferredActions effects) {
    outcomes.storeFailed(failure);
    switch (failure.kind()) {
      case OUTCOME_UNKNOWN -> doubt(sent, effects);
      case REJECTED -> refusedForContent(sent, failure, effects);
      case CLOSED -> {
        inFlight.remove(sent);
        sent.members().forEach(member -> outcomes.storeClosed(member, effects));
      }
      default -> {
        takeBack(sent, effects);
        pause.begin();
      }
    }
  }

  /** Only the culprit is to suffer: the members try again in smaller company, at last alone. */
  private void refusedForContent(SentBatch sent, StoreException failure, DeferredActions effects) {
    int company = sent.members().size();
    if (company > 1) {
      sent.members().forEach(member -> member.limitCompany(company / 2));
      takeBack(sent, effects);
      return;
    }
    inFlight.remove(sent);
    failAll(
        sent,
        new StoreRefusedException(
            "the store refused the transaction, which writes "
                + sent.members().get(0).anyKey()
                + ": "
                + failure.getMessage(),
            failure),
        effects);
  }

  private void failAll(SentBatch sent, PetaCoreException failure, DeferredActions effects) {
    sent.members().forEach(member -> outcomes.fail(member, failure, effects));
  }

  /** Its answer is lost: makes a border. */
  void doubt(SentBatch sent, DeferredActions effects) {
    sent.doubt();
    Session current = sessions.current();
    // Of a session that has ended, the end of the fence is the border, and on its way.
    if (current != null && current.id().equals(sent.session())) {
      sessions.raise(effects);
    }
  }

  // ---- what the watch shows

  /** A revision was applied that wrote this commit record, or none. */
  void applied(AppliedState now, @Nullable CommitRecord record, DeferredActions effects) {
    SentBatch own = inFlight.writerOf(record);
    if (own != null) {
      settleByRecord(own, now, effects);
    }
  }

  private void settleByRecord(SentBatch sent, AppliedState now, DeferredActions effects) {
    inFlight.remove(sent);
    for (PendingCommit member : sent.members()) {
      if (wasApplied(member, sent, now)) {
        resolvedApplied(member, sent);
        outcomes.tell(
            member, new CommitOutcome.Committed(now.revision(), now.timestamp()), effects);
      } else {
        requireReason(member, now, effects);
        member.lostToOthers();
        waitAgain(member, effects);
      }
    }
  }

  /**
   * The store has judged the member's guards by the state before this revision, and one of them did
   * not hold. If all of them hold in the state before it here, the state here is not the store's: a
   * change was lost on the way, and the member would be refused for ever.
   */
  private void requireReason(PendingCommit member, AppliedState now, DeferredActions effects) {
    CommitCheck.Result.Clear clear = member.clear();
    if (clear == null || clear.guards().isEmpty()) {
      return;
    }
    for (Map.Entry<Bytes, Long> guard : clear.guards().entrySet()) {
      if (CommitCheck.modRevision(cache.find(guard.getKey(), now.timestamp() - 1))
          != guard.getValue()) {
        return;
      }
    }
    losses.lost(
        "a commit that writes "
            + member.anyKey()
            + " was refused at revision "
            + now.revision()
            + ", although nothing here stands against it",
        effects);
  }

  /**
   * Whether a member of an applied request was committed: its keys are in the request's revision.
   * That is asked by version number: revision numbers come again when a store was set back.
   */
  private boolean wasApplied(PendingCommit member, SentBatch sent, AppliedState now) {
    CommitCheck.Result.Clear clear = member.clear();
    if (sent.plan().whole() || !member.request().isGuarded()) {
      return true;
    }
    Version newest =
        clear == null ? null : cache.find(clear.writes().get(0).key(), now.timestamp());
    return newest != null && newest.timestamp() == now.timestamp();
  }

  /** A fence is gone, and with it what was sent under it and not applied. */
  void fenceEnded(Bytes fence, DeferredActions effects) {
    Session current = sessions.current();
    if (current != null && current.fence().equals(fence)) {
      sessions.lost(current);
    }
    for (SentBatch sent : inFlight.all()) {
      if (ReservedKeys.sessionFence(sent.session()).equals(fence)) {
        sent.fenceEnded(position.applied());
      }
    }
  }

  /** Resolves what the watch has passed. */
  void settleWhatWasPassed(DeferredActions effects) {
    for (SentBatch sent : inFlight.all()) {
      long fencingPoint = fencingPoint(sent);
      if (sent.isAnswered() && position.hasApplied(sent.answeredRevision())) {
        // Other things are at its revision: the store was restored to just before it.
        giveUp(sent, effects);
      } else if (fencingPoint != 0) {
        if (losses.hasSeenAllUpTo(fencingPoint)) {
          passBorder(sent, effects);
        } else {
          losses.verify(fencingPoint, effects);
        }
      }
    }
  }

  /**
   * The applied revision from which on the request can't be applied any more; 0 if it is not known
   * to be there. The end of its session's fence; the opening of another session, since this one was
   * gone before; or the advance of this session's fence.
   */
  private long fencingPoint(SentBatch sent) {
    if (sent.fenceEndedAt() != 0) {
      return sent.fenceEndedAt();
    }
    Session current = sessions.current();
    long fence = sessions.fenceRevision();
    boolean passed =
        current != null
            && position.hasApplied(fence)
            && (!sent.session().equals(current.id()) || sent.fenceRevision() < fence);
    return passed ? fence : 0;
  }

  /** No request from before the border will be applied any more. */
  private void passBorder(SentBatch sent, DeferredActions effects) {
    if (sent.isAnswered()) {
      settleByAnswer(sent, effects);
    } else if (sent.mayHavePassedUnseen()) {
      resolveByWhatIsUnchanged(sent, effects);
    } else {
      for (PendingCommit member : sent.members()) {
        if (!member.isTold()) {
          counters.resolvedNotApplied.increment();
        }
      }
      takeBack(sent, effects);
    }
  }

  /**
   * No request from before the fencing point will be applied any more, but revisions were skipped
   * that may have held its record. What shows that it was not applied is a key that it would have
   * written, and that has not been written since it was checked.
   */
  private void resolveByWhatIsUnchanged(SentBatch sent, DeferredActions effects) {
    inFlight.remove(sent);
    for (PendingCommit member : sent.members()) {
      if (isAnyUnchanged(member)) {
        if (!member.isTold()) {
          counters.resolvedNotApplied.increment();
        }
        waitAgain(member, effects);
      } else {
        outcomes.unknown(member, effects);
      }
    }
  }

  private boolean isAnyUnchanged(PendingCommit member) {
    CommitCheck.Result.Clear clear = member.clear();
    if (clear == null) {
      return false;
    }
    long checkedAt = clear.at().revision();
    for (Write write : clear.writes()) {
      // Absent, it may have been written, and deleted by a foreign program.
      long modRevision =
          CommitCheck.modRevision(cache.find(write.key(), cache.applied().timestamp()));
      if (modRevision != 0 && modRevision <= checkedAt) {
        return true;
      }
    }
    return false;
  }

  // ---- what a load shows

  /** Everything was loaded: a load shows the state, and of the commit records only the last one. */
  void loaded(AppliedState now, @Nullable CommitRecord record, DeferredActions effects) {
    SentBatch last = inFlight.writerOf(record);
    for (SentBatch sent : inFlight.all()) {
      if (sent.isAnswered() && sent.answeredRevision() <= now.revision()) {
        settleByAnswer(sent, effects);
      } else if (sent == last) {
        settleByState(sent, effects);
      } else if (sent.fenceRevision() <= now.revision()) {
        sent.passUnseen();
      } // else it was sent later than that
    }
  }

  /** These are the fences of a load. One that is not, though it had been written, is gone. */
  void missMissing(AppliedState now, Set<Bytes> fences, DeferredActions effects) {
    Session current = sessions.current();
    if (current != null
        && sessions.fenceRevision() <= now.revision()
        && !fences.contains(current.fence())) {
      sessions.lost(current);
    }
    for (SentBatch sent : inFlight.all()) {
      if (sent.fenceRevision() <= now.revision()
          && !fences.contains(ReservedKeys.sessionFence(sent.session()))) {
        passBorder(sent, effects);
      }
    }
  }

  /** Its record is the last one: it was applied, but of each member only traces are left. */
  private void settleByState(SentBatch sent, DeferredActions effects) {
    inFlight.remove(sent);
    for (PendingCommit member : sent.members()) {
      switch (trace(member, sent)) {
        case APPLIED -> {
          resolvedApplied(member, sent);
          outcomes.tell(member, new CommitOutcome.Committed(position.record(), 0), effects);
        }
        case NOT_APPLIED -> waitAgain(member, effects);
        case NONE -> outcomes.unknown(member, effects);
      }
    }
  }

  private enum Trace {
    APPLIED,
    NOT_APPLIED,
    NONE
  }

  /** What the state says of a member of the request that wrote the commit record last. */
  private Trace trace(PendingCommit member, SentBatch sent) {
    CommitCheck.Result.Clear clear = member.clear();
    if (sent.plan().whole() || !member.request().isGuarded() || clear == null) {
      return Trace.APPLIED;
    }
    for (Write write : clear.writes()) {
      Version newest = cache.find(write.key(), cache.applied().timestamp());
      // Absent, or written since, by a stranger: what was there before can't be seen any more.
      if (newest != null && !newest.isTombstone() && newest.modRevision() <= position.record()) {
        return newest.modRevision() == position.record()
            ? Trace.APPLIED
            : Trace.NOT_APPLIED; // it would have been written, or deleted
      }
    }
    return Trace.NONE;
  }

  /** The store is on another history: nothing that is known of requests means anything there. */
  void forgetHistory(DeferredActions effects) {
    sessions.forget(effects);
    inFlight.all().forEach(sent -> giveUp(sent, effects));
    for (PendingCommit commit : List.copyOf(waiting.inOrder())) {
      if (commit.request().isGuarded()) { // what has no guards rests on no history
        waiting.leave(commit);
        outcomes.ofAnotherHistory(commit, effects);
      }
    }
  }

  // ---- the end

  /** From now on nothing is sent again. */
  void close(DeferredActions effects) {
    closed = true;
    waiting.clear().forEach(commit -> outcomes.closed(commit, effects));
  }

  /** The store was closed: nothing is sent or settled any more. */
  void storeClosed(DeferredActions effects) {
    waiting.clear().forEach(commit -> outcomes.storeClosed(commit, effects));
    giveUpAll(effects);
  }

  /** The time for settling is up. */
  void giveUpAll(DeferredActions effects) {
    for (SentBatch sent : inFlight.all()) {
      if (sent.isAnswered()) {
        settleByAnswer(sent, effects);
      } else {
        giveUp(sent, effects);
      }
    }
  }

  /** The time of a member is up, before its request is settled. */
  void tellWhatIsKnown(PendingCommit member, SentBatch sent, DeferredActions effects) {
    if (!sent.isAnswered()) {
      outcomes.inDoubt(member, effects); // and goes on being settled
    } else if (sent.confirms(member)) {
      outcomes.tell(member, new CommitOutcome.Committed(sent.answeredRevision(), 0), effects);
    } else {
      member.lostToOthers();
      outcomes.notInTime(member, effects);
    }
  }

  // ---- what follows

  private void settleByAnswer(SentBatch sent, DeferredActions effects) {
    inFlight.remove(sent);
    for (PendingCommit member : sent.members()) {
      if (sent.confirms(member)) {
        outcomes.tell(member, new CommitOutcome.Committed(sent.answeredRevision(), 0), effects);
      } else {
        member.lostToOthers();
        waitAgain(member, effects);
      }
    }
  }

  private void resolvedApplied(PendingCommit member, SentBatch sent) {
    if (sent.isInDoubt() && !member.isTold()) {
      counters.resolvedApplied.increment();
    }
  }

  private void giveUp(SentBatch sent, DeferredActions effects) {
    inFlight.remove(sent);
    sent.members().forEach(member -> outcomes.unknown(member, effects));
  }

  private void takeBack(SentBatch sent, DeferredActions effects) {
    inFlight.remove(sent);
    sent.members().forEach(member -> waitAgain(member, effects));
  }

  /**
   * It was not applied, for certain: it takes its old place, to be judged again, unless its owner
   * was told that it is in doubt: that one is never sent again.
   */
  private void waitAgain(PendingCommit member, DeferredActions effects) {
    if (closed) {
      outcomes.closed(member, effects);
    } else if (member.isTold()) {
      outcomes.notCommitted(member, effects);
    } else {
      waiting.rejoin(member);
    }
  }
}
