package io.petacore.internal.commit;

import io.petacore.data.Bytes;
import io.petacore.internal.concurrent.Backoff;
import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.format.Namespace;
import io.petacore.store.BatchResult;
import io.petacore.store.KeyValue;
import io.petacore.store.KvStore;
import io.petacore.store.StoreException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a session: opens it, renews its lease, raises its fence, opens another when it was lost.
 *
 * <p><b>Several advances of a fence may be in flight.</b> One without an answer is sent again, so
 * that a member that hangs does not hold up the fencing point. All are guarded by the fence's mod
 * revision of before; the first that is applied gives the fence another one, and it never returns
 * to the old one. So at most one is applied, in whatever order and however late they arrive, and
 * each of the others reads that one's mod revision, or a later one. Only this session writes its
 * fence, so either answer proves the fencing point. An answer that arrives after the next advance
 * was begun adds nothing to what is known ({@link #seen}).
 *
 * <p>Its state is guarded by the pipeline's lock: methods are called with it held, and what comes
 * back from the store takes it through {@link CombiningLock}, which also lets the pipeline go on.
 */
final class SessionKeeper {

  private static final Logger log = LoggerFactory.getLogger(SessionKeeper.class);

  private static final Duration FIRST_BACKOFF = Duration.ofMillis(20);
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(1);
  private static final int RAISES_BEFORE_REVOKING = 3;

  /** After so long without an answer an advance is sent again, a few times. */
  private static final Duration ANSWER_BOUND = Duration.ofMillis(500);

  private static final int MAX_RESENT = 6;

  private final KvStore store;
  private final Namespace namespace;
  private final CommitRecords records;
  private final Duration timeToLive;
  private final Scheduler scheduler;
  private final CombiningLock steps;
  private final ReplicaProgress position;
  private final ExclusiveLockState turn;
  private final Outcomes outcomes;
  private final CommitCounters counters;
  private final Backoff backoff;

  private @Nullable Session session;
  private long fenceRevision;
  private final InProgress opening;
  private int openings;
  private int histories;
  private boolean raising;
  private final InProgress tryingToRaise;
  private int failedRaises;
  private int advances; // the number of the last attempt
  private int unansweredAdvance; // the same, until it is answered; then 0
  private int resentAdvances; // since the first attempt for this fencing point
  private boolean ended;

  SessionKeeper(
      KvStore store,
      Namespace namespace,
      CommitRecords records,
      Duration timeToLive,
      Scheduler scheduler,
      CommitState state) {
    this.store = store;
    this.namespace = namespace;
    this.records = records;
    this.timeToLive = timeToLive;
    this.scheduler = scheduler;
    this.backoff = new Backoff(FIRST_BACKOFF, MAX_BACKOFF, scheduler::chance);
    this.steps = state.steps;
    this.position = state.position;
    this.turn = state.turn;
    this.outcomes = state.outcomes;
    this.counters = state.counters;
    this.opening = new InProgress(scheduler::nanoTime);
    this.tryingToRaise = new InProgress(scheduler::nanoTime);
  }

  /** The session under which requests may be sent now; null if there is none. */
  @Nullable Session usable() {
    return raising ? null : session;
  }

  /** Whether requests may be sent now, and the fence has a mod revision. */
  boolean isUsableAt(long modRevision) {
    return usable() != null && fenceRevision == modRevision;
  }

  /** The session there is, whether or not its fence is being raised. */
  @Nullable Session current() {
    return session;
  }

  /** The mod revision of the fence: what a request is guarded by. */
  long fenceRevision() {
    return fenceRevision;
  }

  /** Opens a session if there is none and none is on its way. */
  void open(DeferredActions effects) {
    if (session != null || opening.isNow() || ended) {
      return;
    }
    opening.begin();
    int number = ++openings;
    int inHistory = histories;
    effects.send(
        () ->
            StoreCall.then(
                () -> Session.open(store, namespace, records, timeToLive),
                (opened, failure) ->
                    steps.take(more -> opened(opened, failure, number, inHistory, more))));
  }

  private void opened(
      Session.@Nullable Opened opened,
      @Nullable Throwable failure,
      int number,
      int inHistory,
      DeferredActions effects) {
    if (opened == null) {
      outcomes.storeFailed(StoreException.of(failure));
      // Until then it counts as being opened, so that nobody tries in between.
      if (number == openings) { // or else another opening has been begun meanwhile
        later(
            again -> {
              if (number == openings) {
                opening.end();
                open(again);
              }
            });
      }
      return;
    }
    if (ended || session != null || inHistory != histories) {
      effects.send(() -> revokeLater(opened.session()));
    } else {
      began(opened);
    }
  }

  private void began(Session.Opened opened) {
    opening.end();
    session = opened.session();
    fenceRevision = opened.fenceRevision();
    raising = false;
    failedRaises = 0;
    backoff.reset();
    log.debug("session {} begins", opened.session().id());
  }

  /** What is due now and then: to be called so often that a session does not end meanwhile. */
  void beat(DeferredActions effects) {
    Session renewed = session;
    if (renewed != null) {
      if (!holdsUpOthers(renewed)) {
        effects.send(() -> renew(renewed));
      }
    }
  }

  /**
   * Whether the session has, or may have, the exclusive commit lock, and has not followed the store
   * for so long that it can't be trusted to give the lock back: then its lease, with which the lock
   * ends, is left to run out. Every other node waits for that.
   */
  private boolean holdsUpOthers(Session held) {
    return turn.mayBeHeldBy(held.id()) && position.behindNanos() > timeToLive.toNanos();
  }

  private void renew(Session renewed) {
    StoreCall.then(
        renewed::renew,
        (nothing, failure) -> {
          boolean gone =
              failure != null
                  && StoreException.of(failure).kind() == StoreException.Kind.LEASE_NOT_FOUND;
          if (gone) {
            steps.take(effects -> requireLost(renewed, effects));
          }
        });
  }

  /**
   * A renewal is answered by one member from what it knows of leases, which is not in the order of
   * commits: so it may be said to have ended while its fence is there still, and lets requests
   * pass. To raise the fence tells for certain.
   */
  private void requireLost(Session which, DeferredActions effects) {
    if (session == which) {
      raise(effects);
    }
  }

  /** The lease of a session has ended: nothing can be sent under it any more. */
  void lost(Session which) {
    if (session == which) {
      session = null;
      raising = false;
      if (!ended) {
        counters.sessionsLost.increment();
        log.info("session {} was lost; another will be opened", which.id());
      }
    }
  }

  /**
   * The store is on another history: this session, and one that is being opened, are not of it. Its
   * fence may be there all the same, in a backup made after it was written: what is still on its
   * way must not pass it.
   */
  void forget(DeferredActions effects) {
    histories++;
    Session last = session;
    if (last != null) {
      lost(last);
      effects.send(() -> revokeLater(last));
    }
  }

  /** The watch, or an answer, has shown the fence with a mod revision. */
  void seen(Bytes fence, long modRevision) {
    if (session != null && session.fence().equals(fence) && modRevision > fenceRevision) {
      fenceRevision = modRevision;
      raising = false;
      failedRaises = 0;
    }
  }

  /**
   * A request has read the fence with a mod revision below the one that it was guarded by: the
   * store was set back to before the raise that had given it. Of what is applied here nothing need
   * be lost, so nobody else would notice.
   */
  void wentBack(DeferredActions effects) {
    Session last = session;
    if (last != null && !raising) {
      raising = true;
      endInstead(last, effects);
    }
  }

  /** Tries again to raise a fence where the last try has come to nothing without an answer. */
  void goOn(DeferredActions effects) {
    Session raised = session;
    if (raised != null && raising && !tryingToRaise.isNow()) {
      tryRaising(raised, effects);
    }
  }

  /** Raises the fence, so that requests sent before and not applied yet never will be. */
  void raise(DeferredActions effects) {
    Session raised = session;
    if (raised == null || raising) {
      return;
    }
    raising = true;
    resentAdvances = 0;
    tryRaising(raised, effects);
  }

  private void tryRaising(Session raised, DeferredActions effects) {
    if (session != raised || !raising) {
      return;
    }
    tryingToRaise.begin();
    long expected = fenceRevision;
    int number = ++advances;
    unansweredAdvance = number;
    effects.send(
        () ->
            StoreCall.then(
                () -> raised.raise(expected),
                (result, failure) ->
                    steps.take(
                        more -> {
                          if (unansweredAdvance == number) {
                            unansweredAdvance = 0;
                          }
                          if (session == raised) {
                            answered(raised, expected, number, result, failure, more);
                          }
                        })));
    scheduler.schedule(ANSWER_BOUND, () -> steps.take(more -> advanceAgain(raised, number, more)));
  }

  /** Sends an advance again that is unanswered: its member may hang. */
  private void advanceAgain(Session raised, int number, DeferredActions effects) {
    if (unansweredAdvance == number && resentAdvances < MAX_RESENT && !ended) {
      resentAdvances++;
      tryRaising(raised, effects);
    }
  }

  private void answered(
      Session raised,
      long expected,
      int number,
      @Nullable BatchResult result,
      @Nullable Throwable failure,
      DeferredActions effects) {
    if (result != null && result.applied()) {
      seen(raised.fence(), result.revision());
    } else if (result != null && result.otherwise().isEmpty()) {
      lost(raised);
    } else if (result != null) {
      KeyValue fence = result.otherwise().get(0);
      if (fence.modRevision() < expected) {
        endInstead(raised, effects); // it went back
      } else {
        // An earlier try has succeeded, whose answer was lost: nobody else writes this key.
        seen(raised.fence(), fence.modRevision());
      }
    } else {
      notRaised(raised, number, StoreException.of(failure), effects);
    }
  }

  private void notRaised(
      Session raised, int number, StoreException failure, DeferredActions effects) {
    outcomes.storeFailed(failure);
    if (failure.kind() == StoreException.Kind.LEASE_NOT_FOUND) {
      lost(raised);
      return;
    }
    if (!raising || number != advances) {
      return; // the fence has moved, or a later attempt is unanswered
    }
    boolean refused = failure.kind() != StoreException.Kind.UNAVAILABLE;
    if (refused && ++failedRaises >= RAISES_BEFORE_REVOKING) {
      endInstead(raised, effects); // a store without space takes no put, but does end leases
    } else {
      later(again -> tryRaising(raised, again));
    }
  }

  /** Ends a session whose fence can't be raised: that makes the border, too. */
  private void endInstead(Session raised, DeferredActions effects) {
    tryingToRaise.begin();
    effects.send(
        () ->
            StoreCall.then(
                raised::revoke,
                (nothing, notRevoked) ->
                    steps.take(
                        more -> {
                          if (notRevoked == null) {
                            lost(raised);
                          } else {
                            later(again -> tryRaising(raised, again));
                          }
                        })));
  }

  /**
   * Ends the session for good; the store deletes its fence, which settles what is in flight.
   *
   * @param done completed when the lease has been revoked, or could not be
   */
  void end(DeferredActions effects, CompletableFuture<@Nullable Void> done) {
    ended = true;
    Session last = session;
    effects.send(
        last == null
            ? () -> done.complete(null)
            : () -> StoreCall.then(last::revoke, (nothing, failure) -> done.complete(null)));
  }

  private void revokeLater(Session unwanted) {
    StoreCall.then(unwanted::revoke, (nothing, failure) -> {});
  }

  private void later(Consumer<DeferredActions> task) {
    if (!ended) {
      scheduler.schedule(backoff.next(), () -> steps.take(task));
    }
  }
}
