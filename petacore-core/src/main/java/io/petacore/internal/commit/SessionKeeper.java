package io.petacore.internal.commit;

import io.petacore.data.Bytes;
import io.petacore.internal.concurrent.Backoff;
import io.petacore.internal.concurrent.ExpiringFlag;
import io.petacore.store.KeyValue;
import io.petacore.store.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a session: opens it, renews its lease, advances its fence, and opens another when it was
 * lost.
 *
 * <p><b>Several advances of a fence may be in flight.</b> One without an answer is sent again, so
 * that a member that hangs does not hold up the fencing point. All are guarded by the fence's mod
 * revision of before; the first that is applied gives the fence another one, and it never returns
 * to the old one. So at most one is applied, in whatever order and however late they arrive, and
 * each of the others reads that one's mod revision, or a later one. Only this session writes its
 * fence, so either answer proves the fencing point. An answer that arrives after the next advance
 * was begun adds nothing to what is known ({@link #fenceShown}).
 *
 * <p>Guarded by the pipeline's lock: methods are called with it held, and answers of the store are
 * handled under it.
 */
final class SessionKeeper {

  private static final Logger log = LoggerFactory.getLogger(SessionKeeper.class);

  private static final int ADVANCES_BEFORE_REVOKING = 3;

  /** An advance that has no answer for so long is sent again, a few times. */
  private static final Duration ANSWER_BOUND = Duration.ofMillis(500);

  private static final int MAX_RESENT = 6;

  private final CommitContext context;
  private final Duration timeToLive;
  private final Backoff backoff;

  private @Nullable Session session;
  private long fenceRevision;
  private final ExpiringFlag opening;
  private int openings;
  private int histories;
  private boolean advancing;
  private final ExpiringFlag tryingToAdvance;
  private int failedAdvances;
  private int advances; // the number of the last attempt
  private int unansweredAdvance; // the same, until it is answered; then 0
  private int resentAdvances; // since the first attempt for this fencing point
  private boolean ended;

  /**
   * @param timeToLive for how long a session outlives its last renewal
   */
  SessionKeeper(CommitContext context, Duration timeToLive) {
    this.context = context;
    this.timeToLive = timeToLive;
    this.backoff = Backoff.ofRequests(context.scheduler);
    this.opening = new ExpiringFlag(context.scheduler::nanoTime);
    this.tryingToAdvance = new ExpiringFlag(context.scheduler::nanoTime);
  }

  // ---- the session

  /** The session under which requests may be sent now; null if there is none. */
  @Nullable Session usable() {
    return advancing ? null : session;
  }

  /** Whether requests may be sent now, guarded by a mod revision of the fence. */
  boolean isUsableAt(long modRevision) {
    return usable() != null && fenceRevision == modRevision;
  }

  /** The session, even while its fence is being advanced; null if there is none. */
  @Nullable Session current() {
    return session;
  }

  /** The mod revision of the fence, which requests are guarded by. */
  long fenceRevision() {
    return fenceRevision;
  }

  /** The lease of a session has ended: nothing can be sent under it any more. */
  void lost(Session which) {
    context.lock.assertHeld();
    if (session == which) {
      session = null;
      advancing = false;
      if (!ended) {
        context.monitor.sessionLost(which.id().toString());
        context.counters.sessionsLost.increment();
        log.info("session {} was lost; another will be opened", which.id());
      }
    }
  }

  /**
   * The store is on another history: gives up the session, and the one being opened. Its fence may
   * be present all the same, in a backup made after it was written, so its lease is revoked:
   * requests in flight must not pass.
   */
  void historyLost() {
    histories++;
    Session last = session;
    if (last != null) {
      lost(last);
      revoke(last);
    }
  }

  private void revoke(Session unwanted) {
    context.calls.send(unwanted::revoke, (nothing, failure) -> {});
  }

  // ---- opening and renewing

  /** Opens a session, unless there is one or one is being opened. */
  void open() {
    context.lock.assertHeld();
    if (session != null || opening.isSet() || ended) {
      return;
    }
    opening.set();
    int number = ++openings;
    int inHistory = histories;
    context.calls.send(
        () -> Session.open(context.store, context.namespace, context.records, timeToLive),
        (opened, failure) -> {
          if (opened == null) {
            openingFailed(number, StoreException.of(failure));
          } else if (ended || session != null || inHistory != histories) {
            revoke(opened.session());
          } else {
            begin(opened);
          }
        });
  }

  private void begin(Session.Opened opened) {
    opening.clear();
    session = opened.session();
    fenceRevision = opened.fenceRevision();
    advancing = false;
    failedAdvances = 0;
    backoff.reset();
    log.debug("session {} begins", opened.session().id());
  }

  /** Tries again after a while; until then a session counts as being opened. */
  private void openingFailed(int number, StoreException failure) {
    context.outcomes.storeFailed(failure);
    if (number == openings) { // or else another opening was begun meanwhile
      retryLater(
          () -> {
            if (number == openings) {
              opening.clear();
              open();
            }
          });
    }
  }

  /** Renews the lease. To be called so often that the session does not end meanwhile. */
  void renew() {
    Session renewed = session;
    if (renewed == null || holdsUpOthers(renewed)) {
      return;
    }
    context.calls.send(
        renewed::renew,
        (nothing, failure) -> {
          // A renewal is answered by one member from what it knows of leases, which is not in the
          // order of commits: the fence may still be present. To advance it shows that for certain.
          if (failure != null
              && StoreException.of(failure).kind() == StoreException.Kind.LEASE_NOT_FOUND
              && session == renewed) {
            advanceFence();
          }
        });
  }

  /**
   * Whether the session has, or may have, the exclusive commit lock, and this node has made no
   * progress for so long that it can't be trusted to release it. Then its lease is left to run out,
   * and the lock with it: every other node waits for that.
   */
  private boolean holdsUpOthers(Session held) {
    return context.exclusiveLock.mayBeHeldBy(held.id())
        && context.progress.behindNanos() > timeToLive.toNanos();
  }

  // ---- the fence

  /** The watch, or an answer, has shown a fence with a mod revision. */
  void fenceShown(Bytes fence, long modRevision) {
    context.lock.assertHeld();
    if (session != null && session.fence().equals(fence) && modRevision > fenceRevision) {
      fenceRevision = modRevision;
      advancing = false;
      failedAdvances = 0;
      backoff.reset();
    }
  }

  /** Advances the fence: requests that were sent before, and are not applied yet, never will be. */
  void advanceFence() {
    context.lock.assertHeld();
    if (session != null && !advancing) {
      advancing = true;
      resentAdvances = 0;
      tryToAdvance(session);
    }
  }

  /** Tries again to advance the fence, if the last try ended without an answer. */
  void retryAdvance() {
    if (session != null && advancing && !tryingToAdvance.isSet()) {
      tryToAdvance(session);
    }
  }

  /**
   * A request has read the fence with a lower mod revision than it was guarded by: the store was
   * set back to before the advance that had given it. Nothing that is applied here need be lost, so
   * nothing else would show it.
   */
  void fenceWentBack() {
    if (session != null && !advancing) {
      advancing = true;
      revokeInstead(session);
    }
  }

  private void tryToAdvance(Session advanced) {
    if (session != advanced || !advancing) {
      return;
    }
    tryingToAdvance.set();
    long expected = fenceRevision;
    int number = ++advances;
    unansweredAdvance = number;
    context.runLater(ANSWER_BOUND, () -> advanceAgain(advanced, number));
    context.calls.send(
        () -> advanced.advanceFence(expected),
        (result, failure) -> {
          if (unansweredAdvance == number) {
            unansweredAdvance = 0;
          }
          if (session != advanced) {
            return;
          }
          if (result == null) {
            advanceFailed(advanced, number, StoreException.of(failure));
          } else if (result.applied()) {
            fenceShown(advanced.fence(), result.revision());
          } else {
            advanceRefused(advanced, expected, result.otherwise());
          }
        });
  }

  /** Sends an advance again that is unanswered: its member may hang. */
  private void advanceAgain(Session advanced, int number) {
    if (unansweredAdvance == number && resentAdvances < MAX_RESENT && !ended) {
      resentAdvances++;
      tryToAdvance(advanced);
    }
  }

  /**
   * The fence did not have the expected mod revision.
   *
   * @param found the fence as it is; empty if it is absent
   */
  private void advanceRefused(Session advanced, long expected, List<KeyValue> found) {
    if (found.isEmpty()) {
      lost(advanced);
    } else if (found.get(0).modRevision() < expected) {
      revokeInstead(advanced); // it went back
    } else {
      // An earlier try has succeeded, and its answer was lost: no other node writes this key.
      fenceShown(advanced.fence(), found.get(0).modRevision());
    }
  }

  private void advanceFailed(Session advanced, int number, StoreException failure) {
    context.outcomes.storeFailed(failure);
    if (failure.kind() == StoreException.Kind.LEASE_NOT_FOUND) {
      lost(advanced);
      return;
    }
    if (!advancing || number != advances) {
      return; // the fence has moved, or a later attempt is unanswered
    }
    boolean refused = failure.kind() != StoreException.Kind.UNAVAILABLE;
    if (refused && ++failedAdvances >= ADVANCES_BEFORE_REVOKING) {
      revokeInstead(advanced); // a store without space takes no put, but does end leases
    } else {
      retryLater(() -> tryToAdvance(advanced));
    }
  }

  /** Ends a session whose fence can't be advanced: that makes a fencing point, too. */
  private void revokeInstead(Session revoked) {
    tryingToAdvance.set();
    context.calls.send(
        revoked::revoke,
        (nothing, failure) -> {
          if (failure == null) {
            lost(revoked);
          } else {
            retryLater(() -> tryToAdvance(revoked));
          }
        });
  }

  private void retryLater(Runnable step) {
    if (!ended) {
      context.runLater(backoff.next(), step);
    }
  }

  // ---- the end

  /**
   * Ends the session for good; the store deletes its fence, which resolves what is in flight.
   *
   * @param done completes when the lease was revoked, or could not be
   */
  void end(CompletableFuture<@Nullable Void> done) {
    context.lock.assertHeld();
    ended = true;
    Session last = session;
    if (last == null) {
      context.lock.afterUnlock(() -> done.complete(null));
    } else {
      context.calls.send(
          last::revoke, (nothing, failure) -> context.lock.afterUnlock(() -> done.complete(null)));
    }
  }
}
