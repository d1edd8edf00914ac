package io.petacore.simulation;

import io.petacore.StorageCounters;
import io.petacore.StorageStatus;
import io.petacore.data.Bytes;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Counts what happened, so that one sees that it did. */
final class Census {
  private final Map<String, Long> counts = new TreeMap<>();

  private void add(String what, long times) {
    counts.merge(what, times, Long::sum);
  }

  /** What a storage has counted, before it is gone. */
  void take(StorageStatus status) {
    StorageCounters counters = status.counters();
    add("batches", counters.batches());
    add("conflicts in memory", counters.localConflicts());
    add("conflicts in the store", counters.storeConflicts());
    add("retries", counters.retries());
    add("resent", counters.resent());
    add("settled as applied", counters.resolvedApplied());
    add("settled as not applied", counters.resolvedNotApplied());
    add("sessions lost", counters.sessionsLost());
    add("turns taken", counters.exclusiveLocks());
    add("watches opened", counters.watchesOpened());
    add("resyncs", counters.resyncs());
  }

  Map<String, Long> of(Judge judge, PastReader past, TrueHistory truth) {
    for (Claim claim : judge.claims()) {
      add("transactions", 1);
      add("told " + claim.told(), 1);
    }
    add("moments of the past told", past.answered());
    add("revisions", truth.newest());
    return counts;
  }

  /** Each counter is the number of increments that were carried out. */
  void countersAreRight(Judge judge, Violations violations) {
    TrueHistory truth = judge.truth();
    Map<Bytes, Long> increments = new HashMap<>();
    for (Claim claim : judge.claims()) {
      for (Claim.Attempt attempt : claim.attempts) {
        for (Bytes key : attempt.writes.keySet()) {
          if (key.byteAt(0) == 'c') {
            increments.merge(key, (long) truth.landings(attempt.tag).size(), Long::sum);
          }
        }
      }
    }
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
