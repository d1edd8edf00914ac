package io.petacore.history;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds pairs of transactions that read one state each, the same version of a key, and both
 * replaced it: one of the updates is lost, in either order.
 */
final class LostUpdates {

  private final Evidence evidence;
  private final Findings findings;
  private final Narration narration;

  LostUpdates(Evidence evidence, Findings findings) {
    this.evidence = evidence;
    this.findings = findings;
    this.narration = new Narration(evidence);
  }

  void check() {
    for (KeyEvidence key : evidence.keys()) {
      Map<Long, Integer> replaced = new HashMap<>();
      for (KeyEvidence.Read read : key.reads()) {
        Long version = read.version();
        if (version != null
            && read.external()
            && evidence.txn(read.txn()).readsOneState()
            && evidence.txn(read.txn()).writes(key.key())) {
          Integer other = replaced.putIfAbsent(version, read.txn());
          if (other != null && other != read.txn()) {
            report(key, List.of(other, read.txn()), read);
          }
        }
      }
    }
  }

  private void report(KeyEvidence key, List<Integer> both, KeyEvidence.Read read) {
    findings.add(
        AnomalyType.LOST_UPDATE,
        both,
        () ->
            narration.cast(both)
                + "  T1 and T2 both read %s as %s, and both wrote it"
                    .formatted(key.key(), Narration.seen(key.isList(), read.seen())));
  }
}
