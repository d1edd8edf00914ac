package io.petacore.simulation;

import io.petacore.data.Bytes;
import io.petacore.simulation.Claim.Attempt;
import io.petacore.simulation.Claim.Reported;
import io.petacore.simulation.TrueHistory.Request;
import io.petacore.store.Event;
import io.petacore.store.RevisionEvents;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judges transactions that only delete. A delete leaves no tag in the store, so the revision that
 * applied one is inferred: a guarded delete takes effect at the first revision after its snapshot
 * that changes its keys, or never; and every deletion in the history belongs to a transaction.
 */
final class DeleteJudge {

  /** A guarded attempt whose keys were all absent needs no request. */
  private static final long NOTHING_TO_DELETE = 0;

  private static final long NOT_APPLIED = -1;

  private record Deletion(Bytes key, long revision) {}

  private final TrueHistory truth;
  private final List<Claim> claims;
  private final Violations violations;
  private final Map<Deletion, Claim> owners = new HashMap<>();

  DeleteJudge(TrueHistory truth, List<Claim> claims, Violations violations) {
    this.truth = truth;
    this.claims = claims;
    this.violations = violations;
  }

  static boolean onlyDeletes(Attempt attempt) {
    return !attempt.writes.isEmpty() && attempt.writes.values().stream().allMatch(Objects::isNull);
  }

  void judge() {
    claims.forEach(this::ownWhatIsTagged);
    for (Claim claim : claims) {
      if (claim.reported() == Reported.COMMITTED
          && onlyDeletes(claim.last())
          && claim.last().chain == null
          && claim.node.missedNone()) {
        judgeCommitted(claim);
      }
    }
    for (RevisionEvents revision : truth.revisions()) {
      Request request = truth.request(revision.revision());
      if (request != null && request.sender().missedNone()) {
        revision.events().forEach(event -> judgeDeletion(event, revision.revision(), request));
      }
    }
  }

  // ---- reported as committed

  private void judgeCommitted(Claim claim) {
    for (TrueHistory one = truth; one != null; one = one.lost()) {
      if (claim.guarded ? guardedLanded(claim, one) : unguardedLanded(claim, one)) {
        return;
      }
    }
    violations.add(
        claim
            + ", on the snapshot "
            + claim.last().snapshot
            + ", but its deletes of "
            + claim.last().writes.keySet()
            + " were not applied");
  }

  private boolean guardedLanded(Claim claim, TrueHistory history) {
    Attempt attempt = claim.last();
    long landing = landing(attempt, claim.revision(), history);
    if (landing > 0 && history == truth) {
      for (Bytes key : attempt.writes.keySet()) {
        if (history.valueAt(key, attempt.snapshot, Set.of()) != null) {
          own(new Deletion(key, landing), claim);
        }
      }
    }
    return landing != NOT_APPLIED;
  }

  /**
   * Returns the revision that applied a guarded attempt.
   *
   * @param reported the reported revision; 0 if none was
   */
  private static long landing(Attempt attempt, long reported, TrueHistory history) {
    long first = 0;
    boolean present = false;
    for (Bytes key : attempt.writes.keySet()) {
      long change = history.changeBetween(key, attempt.snapshot, Long.MAX_VALUE);
      first = first == 0 || (change != 0 && change < first) ? change : first;
      present |= history.valueAt(key, attempt.snapshot, Set.of()) != null;
    }
    if (hasForeignGap(attempt, reported, history)) {
      return NOTHING_TO_DELETE; // its effect can't be inferred
    }
    if (!present) {
      return first == 0 || reported < first ? NOTHING_TO_DELETE : NOT_APPLIED;
    }
    Request request = history.request(first);
    boolean own =
        request != null
            && request.sender() == attempt.claim.node
            && attempt.claim.fits(attempt, request);
    return own && (reported == 0 || reported == first) && deletesAllAt(first, attempt, history)
        ? first
        : NOT_APPLIED;
  }

  private static boolean hasForeignGap(Attempt attempt, long reported, TrueHistory history) {
    long end = reported == 0 ? Long.MAX_VALUE : reported + 1;
    return attempt.writes.keySet().stream()
        .anyMatch(key -> history.isForeignGap(key, attempt.snapshot, end, List.of(Set.of())));
  }

  /**
   * Returns whether a revision deletes the keys that the snapshot has, and leaves the others
   * absent.
   */
  private static boolean deletesAllAt(long revision, Attempt attempt, TrueHistory history) {
    for (Bytes key : attempt.writes.keySet()) {
      boolean present = history.valueAt(key, attempt.snapshot, Set.of()) != null;
      boolean changed = history.changeBetween(key, revision - 1, revision + 1) == revision;
      if (changed != present || history.valueAt(key, revision, Set.of()) != null) {
        return false;
      }
    }
    return true;
  }

  /**
   * An unguarded delete removes the keys that are present, if any; a later write in the same
   * request may win.
   */
  private static boolean unguardedLanded(Claim claim, TrueHistory history) {
    Attempt attempt = claim.last();
    for (Map.Entry<Long, Request> each : history.requests().entrySet()) {
      long revision = each.getKey();
      boolean possible =
          each.getValue().sender() == claim.node
              && claim.fits(attempt, each.getValue())
              && (claim.revision() == 0 || claim.revision() == revision);
      if (possible
          && attempt.writes.keySet().stream()
              .allMatch(
                  key ->
                      each.getValue().deletes().contains(key)
                          || history.changeBetween(key, revision - 1, revision + 1) == revision)) {
        return true;
      }
    }
    return false;
  }

  // ---- every deletion belongs to a transaction

  private void ownWhatIsTagged(Claim claim) {
    boolean onChain = claim.reported() == Reported.COMMITTED && claim.last().chain != null;
    if (onChain && claim.revision() > claim.last().snapshot) { // or else all were absent
      claim
          .last()
          .writes
          .forEach(
              (key, value) -> {
                if (value == null) {
                  owners.put(new Deletion(key, claim.revision()), claim);
                }
              });
    }
    for (Attempt attempt : claim.attempts) {
      for (long revision : truth.landings(attempt.tag)) {
        attempt.writes.forEach(
            (key, value) -> {
              if (value == null) {
                owners.put(new Deletion(key, revision), claim);
              }
            });
      }
    }
  }

  private void own(Deletion deletion, Claim claim) {
    Claim other = owners.putIfAbsent(deletion, claim);
    if (other != null && other != claim) {
      violations.add(
          claim
              + ", but "
              + deletion.key()
              + " was deleted at "
              + deletion.revision()
              + " by "
              + other);
    }
  }

  private void judgeDeletion(Event event, long revision, Request request) {
    Bytes key = Simulation.NAMESPACE.fromStore(event.key());
    if (event.value() != null
        || key.byteAt(0) == 0
        || owners.containsKey(new Deletion(key, revision))) {
      return;
    }
    if (claims.stream().noneMatch(claim -> mayOwn(claim, key, request))) {
      violations.add(
          key
              + " was deleted at "
              + revision
              + " by "
              + request.sender()
              + ", and no transaction was reported");
    }
  }

  /**
   * Guarded transactions reported as committed own the deletions that can be attributed to them.
   */
  private boolean mayOwn(Claim claim, Bytes key, Request request) {
    Attempt last = claim.attempts.isEmpty() ? null : claim.last();
    return last != null
        && claim.node == request.sender()
        && claim.reported() != Reported.FAILED
        && (!claim.guarded
            || claim.reported() == Reported.UNKNOWN
            || hasForeignGap(last, claim.revision(), truth))
        && claim.fits(last, request)
        && deletes(last, key);
  }

  private static boolean deletes(Attempt attempt, Bytes key) {
    @Nullable Bytes value = attempt.writes.getOrDefault(key, Bytes.EMPTY);
    return value == null;
  }
}
