package io.petacore.simulation;

import io.petacore.data.Bytes;
import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.history.Checker;
import io.petacore.history.HistoryRecorder;
import io.petacore.internal.format.CommitRecord;
import io.petacore.simulation.Claim.Attempt;
import io.petacore.simulation.Claim.Reported;
import io.petacore.store.Event;
import io.petacore.store.RevisionEvents;
import io.petacore.transaction.IsolationLevel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Compares what nodes report with what happened. The judge knows every revision of the store, so it
 * infers nothing: each read must show the state of its snapshot, and each commit must have been
 * applied once, entirely, and (under Snapshot) before another writer changed a key that it writes.
 */
final class Judge {
  private final Timeline timeline;
  private final TrueHistory truth;
  private final Faults faults;
  private final Violations violations;
  private final Trace trace;
  private final HistoryRecorder recorder;
  private final List<Claim> claims = new ArrayList<>();
  private final ReadJudge reads;
  private final FailureJudge failures;
  private int attempts;
  private boolean past = true;

  Judge(Timeline timeline, TrueHistory truth, Faults faults, Violations violations, Trace trace) {
    this.recorder = new HistoryRecorder(timeline::now);
    this.timeline = timeline;
    this.truth = truth;
    this.faults = faults;
    this.violations = violations;
    this.reads = new ReadJudge(violations);
    this.failures = new FailureJudge(truth, violations, this::mayHaveChangedHistory);
    this.trace = trace;
  }

  // ---- during the run

  /** Returns the recorder of transactions for the history checker. */
  HistoryRecorder recorder() {
    return recorder;
  }

  Claim claim(Node node, HistoryRecorder.Client client, IsolationLevel level) {
    Claim claim = new Claim(claims.size() + 1, node, level, client.invoke(level));
    claims.add(claim);
    return claim;
  }

  /**
   * @param chain the chain that the attempt is on; null if none
   */
  Attempt attempt(Claim claim, long snapshot, @Nullable Object chain) {
    return claim.attempt(timeline.now(), ++attempts, snapshot, chain);
  }

  List<Claim> claims() {
    return claims;
  }

  /** Checks a read of a key at a revision. */
  void read(Node node, Object reader, Bytes key, long revision, @Nullable Bytes value) {
    if (!isTrue(node, key, revision, value)) {
      violations.add(
          reader
              + " of "
              + node
              + " has read "
              + key
              + "="
              + value
              + " at revision "
              + revision
              + ", where it was "
              + truth.valueAt(key, revision, Set.of()));
    }
  }

  /** Checks a read of a key at any of the revisions that were the newest during the read. */
  void readBetween(
      Node node, Object reader, Bytes key, long before, long after, @Nullable Bytes value) {
    for (long revision = before + 1; revision <= after; revision++) {
      if (isTrue(node, key, revision, value)) {
        return;
      }
    }
    read(node, reader, key, before, value);
  }

  private boolean isTrue(Node node, Bytes key, long revision, @Nullable Bytes value) {
    for (TrueHistory one = truth; one != null; one = one.lost()) {
      for (Set<Long> missed : node.whatItMayHaveMissed()) {
        if (Objects.equals(one.valueAt(key, revision, missed), value)) {
          return true;
        }
      }
    }
    return truth.mayBeSeenUnnoticed(key, revision, value);
  }

  /** Checks a count of the keys with a prefix at a revision. */
  void counted(Node node, Attempt attempt, String prefix, long revision, long count) {
    if (mayHaveChangedHistory(node)) {
      return; // the expected count is not known exactly
    }
    Bytes first = Bytes.utf8(prefix);
    Set<Bytes> present = new HashSet<>();
    for (Bytes key : truth.keys()) {
      if (key.startsWith(first) && truth.valueAt(key, revision, Set.of()) != null) {
        present.add(key);
      }
    }
    attempt.writes.forEach(
        (key, value) -> {
          if (key.startsWith(first) && value != null) {
            present.add(key);
          } else {
            present.remove(key);
          }
        });
    if (present.size() != count) {
      violations.add(attempt.tag + " has counted " + count + " of " + present + " at " + revision);
    }
  }

  void contradicts(String what) {
    violations.add(what);
  }

  /** Checks that a new snapshot includes every commit acknowledged on its node. */
  void begins(Node node, Object reader, long revision, long acknowledged) {
    if (revision < acknowledged && !mayHaveChangedHistory(node)) {
      violations.add(
          reader
              + " of "
              + node
              + " begins at revision "
              + revision
              + ", but revision "
              + acknowledged
              + " was acknowledged there before");
    }
  }

  void committed(Claim claim, long revision) {
    claim.committed(timeline.now(), revision);
    claim.recording.ok();
    trace.note("outcome", claim.number, claim::toString);
    if (claim.last().chain != null && revision != 0) {
      claim.node.acknowledge(revision);
    } else if (!claim.last().writes.isEmpty()) {
      truth.landings(claim.last().tag).forEach(claim.node::acknowledge);
    }
  }

  /** A body has ended its transaction because of what it has read, which is to be true. */
  void refused(Claim claim) {
    claim.last().writes.clear();
    claim.committed(timeline.now(), 0);
    claim.recording.ok();
    trace.note("outcome", claim.number, claim::toString);
  }

  void failed(Claim claim, Throwable failure) {
    if (failure instanceof Fibers.Killed) {
      return; // the client has died
    }
    Reported outcome =
        failure instanceof CommitOutcomeUnknownException ? Reported.UNKNOWN : Reported.FAILED;
    claim.failed(outcome, failure);
    claim.recording.end(failure);
    trace.note("outcome", -claim.number, claim::toString);
    failures.judge(claim, failure);
  }

  // ---- at the end

  /** Judges all transactions and the history of the store. */
  void judge() {
    judgeRecords();
    for (TrueHistory one = truth; one != null; one = one.lost()) {
      TrueHistory history = one;
      claims.forEach(claim -> judge(claim, history));
    }
    claims.forEach(this::judgeCommitted);
    new DeleteJudge(truth, claims, violations).judge();
    if (truth.lost() == null) {
      new ChainJudge(truth, claims, violations).judge();
    }
    // A node learns of an omitted revision by the next record only: until then reads may be stale.
    if (truth.lost() == null && !faults.haveLost()) {
      Checker.check(recorder.history())
          .forbidden()
          .forEach(anomaly -> violations.add("the checker says: " + anomaly));
    }
  }

  /** Checks that no request was applied twice. */
  private void judgeRecords() {
    Set<List<Object>> requests = new HashSet<>();
    for (RevisionEvents revision : truth.revisions()) {
      for (Event event : revision.events()) {
        Bytes value = event.value();
        CommitRecord record =
            Simulation.isRecord(event.key()) && value != null ? CommitRecord.decode(value) : null;
        if (record != null
            && record.batch() != 0
            && !requests.add(List.of(record.session(), record.batch()))) {
          violations.add("a request was applied twice, again at " + revision.revision());
        }
      }
    }
  }

  private void judge(Claim claim, TrueHistory history) {
    int landed = 0;
    for (Attempt attempt : claim.attempts) {
      for (long revision : history.landings(attempt.tag)) {
        landed++;
        if (attempt.chain == null) { // or else others of its chain may have overwritten it
          wasWhole(attempt, revision, history);
          if (!wasSetBack(revision)) {
            reads.judge(attempt, revision, history);
          }
        }
        if (claim.guarded && !wasSetBack(revision)) {
          cameFirst(attempt, revision, history);
        }
        if (claim.guarded
            && history.isOfTheLost(attempt.snapshot)
            && wasSentWithRestoredWatch(revision, history)) {
          violations.add(claim + ": applied at " + revision + " on a snapshot of a lost history");
        }
      }
    }
    if (landed > 1) {
      violations.add(
          claim + ", was applied " + landed + " times: " + history.describeLandings(claim));
    }
    if (landed > 0 && claim.reported() == Reported.FAILED && history == truth) {
      violations.add(claim + ", but was applied: " + history.describeLandings(claim));
    }
  }

  /**
   * Returns whether the sender had a watch on the restored store: a request sent before is a known
   * gap.
   */
  private static boolean wasSentWithRestoredWatch(long revision, TrueHistory history) {
    TrueHistory.Request request = history.request(revision);
    return request != null && request.sender().hasFoundRestored(request.at());
  }

  private boolean wasSetBack(long revision) {
    TrueHistory lost = truth.lost();
    return lost != null && revision > 0;
  }

  /**
   * Checks that all writes were applied. Unguarded transactions in the same request may overwrite
   * each other; for these it suffices that each key was written, or deleted while it was absent.
   */
  private void wasWhole(Attempt attempt, long revision, TrueHistory history) {
    attempt.writes.forEach(
        (key, value) -> {
          boolean overwritten =
              !attempt.claim.guarded
                  && (history.changeBetween(key, revision - 1, revision + 1) == revision
                      || history.valueAt(key, revision, Set.of()) == null);
          if (!overwritten && !Objects.equals(history.valueAt(key, revision, Set.of()), value)) {
            violations.add(attempt.claim + ": at " + revision + " it did not write " + key);
          }
        });
  }

  private void cameFirst(Attempt attempt, long revision, TrueHistory history) {
    List<Set<Long>> missed = attempt.claim.node.whatItMayHaveMissed();
    for (Bytes key : attempt.writes.keySet()) {
      long other = history.changeBetween(key, attempt.snapshot, revision);
      if (other != 0 && !history.isForeignGap(key, attempt.snapshot, revision, missed)) {
        violations.add(
            attempt.appliedAt(revision) + ", although " + key + " had been changed at " + other);
      }
    }
  }

  /**
   * Checks that an acknowledged commit was applied by its last attempt at the reported revision.
   */
  private void judgeCommitted(Claim claim) {
    if (claim.reported() != Reported.COMMITTED) {
      return;
    }
    Attempt last = claim.last();
    if (last.writes.isEmpty() || DeleteJudge.onlyDeletes(last) || last.chain != null) {
      return; // deletes have no tag: DeleteJudge checks them, and ChainJudge the members of chains
    }
    List<Long> landings = new ArrayList<>();
    for (TrueHistory one = truth; one != null; one = one.lost()) {
      landings.addAll(one.landings(last.tag));
    }
    if (landings.isEmpty() && !claim.guarded) {
      return; // overwritten by another member of its request
    }
    if (landings.isEmpty() || (claim.revision() != 0 && !landings.contains(claim.revision()))) {
      violations.add(claim + ", but was applied at " + landings);
    }
  }

  /** Checks that a node holds exactly the newest state. */
  void hasEverything(Node node, Map<Bytes, Bytes> held, BiConsumer<Bytes, String> differs) {
    Set<Bytes> all = new HashSet<>(held.keySet());
    all.addAll(truth.keys());
    for (Bytes key : all) {
      Bytes wanted = truth.valueAt(key, truth.newest(), Set.of());
      if (!Objects.equals(wanted, held.get(key))
          && !truth.mayBeSeenUnnoticed(key, truth.newest(), held.get(key))) {
        differs.accept(key, node + " has " + held.get(key) + " instead of " + wanted);
      }
    }
  }

  /** Checks a scan of everything at a revision. */
  void whole(Node node, String reader, long revision, Map<Bytes, Bytes> found) {
    Set<Bytes> all = new HashSet<>(found.keySet());
    all.addAll(truth.keys());
    all.forEach(key -> read(node, reader, key, revision, found.get(key)));
  }

  /**
   * Returns whether the store was restored, or whether a node that missed a revision may believe
   * so.
   */
  boolean mayHaveChangedHistory(Node node) {
    return node.whatItMayHaveMissed().size() > 1 || truth.lost() != null;
  }

  /** Stops judging reads of the past: the clocks are further apart than {@code maxClockOffset}. */
  void doNotJudgeThePast() {
    past = false;
  }

  boolean mayAnswerForThePast() {
    return past && truth.lost() == null && !faults.mayLose();
  }

  TrueHistory truth() {
    return truth;
  }
}
