package io.petacore.simulation;

import io.petacore.StorageCounters;
import io.petacore.StorageStatus;
import io.petacore.data.Bytes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Counts events, which shows that the runs exercised them. */
final class Census {
  private final Map<String, Long> counts = new TreeMap<>();

  private void add(String what, long times) {
    counts.merge(what, times, Long::sum);
  }

  /** Adds the counters of a storage before it is closed. */
  void take(StorageStatus status) {
    StorageCounters counters = status.counters();
    add("batches", counters.batches());
    add("empty batches", counters.emptyBatches());
    add("conflicts in memory", counters.localConflicts());
    add("conflicts in the store", counters.storeConflicts());
    add("retries", counters.retries());
    add("resent", counters.resent());
    add("resolved as applied", counters.resolvedApplied());
    add("resolved as not applied", counters.resolvedNotApplied());
    add("sessions lost", counters.sessionsLost());
    add("exclusive commit locks", counters.exclusiveLocks());
    add("watches opened", counters.watchesOpened());
    add("resyncs", counters.resyncs());
  }

  Map<String, Long> of(Judge judge, PastReader past, FreshReader fresh, TrueHistory truth) {
    for (Claim claim : judge.claims()) {
      add("transactions", 1);
      add("reported as " + claim.reported(), 1);
    }
    add("past states read", past.answered());
    add("fresh reads", fresh.answered());
    add("revisions", truth.newest());
    return counts;
  }

  /** Checks that each counter is the number of increments applied. */
  void countersAreRight(Judge judge, Violations violations) {
    TrueHistory truth = judge.truth();
    Map<Bytes, Long> increments = new HashMap<>();
    Set<Claim.Attempt> onChains = ChainJudge.applied(truth, judge.claims());
    Set<Bytes> uncertain = new HashSet<>();
    for (Claim claim : judge.claims()) {
      for (Claim.Attempt attempt : claim.attempts) {
        long landings = truth.landings(attempt.tag).size();
        boolean overwritten = landings == 0 && onChains.contains(attempt);
        for (Bytes key : attempt.writes.keySet()) {
          if (key.byteAt(0) == 'c') {
            increments.merge(key, overwritten ? 1 : landings, Long::sum);
            if (overwritten && truth.lost() != null) {
              uncertain.add(key); // it may be lost with the others of its chain
            }
          }
        }
      }
    }
    increments.keySet().removeAll(uncertain);
    increments.forEach(
        (key, count) -> {
          Bytes value = truth.valueAt(key, truth.newest(), Set.of());
          long counted = value == null ? 0 : Long.parseLong(Tag.payload(value));
          if (counted != count) {
            violations.add(key + " is " + counted + " after " + count + " increments");
          }
        });
  }
}
