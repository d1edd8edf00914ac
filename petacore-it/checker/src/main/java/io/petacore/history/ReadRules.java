package io.petacore.history;

import io.petacore.history.KeyEvidence.Read;
import io.petacore.history.KeyEvidence.Write;
import io.petacore.history.MicroOp.PointOp;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks the rules for reads that hold whatever the order of transactions. */
final class ReadRules {

  private final Evidence evidence;
  private final Findings findings;
  private final Narration narration;

  ReadRules(Evidence evidence, Findings findings) {
    this.evidence = evidence;
    this.findings = findings;
    this.narration = new Narration(evidence);
  }

  void check() {
    evidence.keys().forEach(this::check);
    for (int txn : evidence.committed()) {
      if (evidence.txn(txn).outcome() == Outcome.OK) {
        checkInternal(txn);
      }
    }
  }

  private void check(KeyEvidence key) {
    // A prefix of a longer read is checked with the longer one.
    List<Read> reads = key.isList() ? ListOrder.branches(key) : key.reads();
    for (Read read : reads) {
      checkElements(key, read);
    }
    for (Read read : key.reads()) {
      Long version = read.version();
      Write write = version == null ? null : key.writer(version);
      if (version != null && write != null && !write.last() && write.txn() != read.txn()) {
        report(AnomalyType.INTERMEDIATE_READ, key, read, version, write);
      }
    }
    for (int i = 1; key.isList() && i < reads.size(); i++) {
      Read longest = reads.get(0);
      Read other = reads.get(i);
      List<Integer> both = List.of(longest.txn(), other.txn());
      findings.add(
          AnomalyType.INCOMPATIBLE_ORDER,
          both,
          () ->
              narration.cast(both)
                  + "  T1 read %s as %s, T2 as %s: neither is a prefix of the other"
                      .formatted(
                          key.key(),
                          Narration.seen(true, longest.seen()),
                          Narration.seen(true, other.seen())));
    }
  }

  private void checkElements(KeyEvidence key, Read read) {
    Set<Long> elements = new HashSet<>();
    for (long value : read.seen()) {
      Write write = key.writer(value);
      if (!elements.add(value)) {
        findings.add(
            AnomalyType.DUPLICATE_ELEMENT,
            List.of(read.txn()),
            () ->
                narration.cast(List.of(read.txn()))
                    + "  T1 read %d twice in %s".formatted(value, key.key()));
      }
      if (write == null) {
        findings.add(
            AnomalyType.UNWRITTEN_READ,
            List.of(read.txn()),
            () ->
                narration.cast(List.of(read.txn()))
                    + "  T1 read %d in %s, which was never written".formatted(value, key.key()));
      } else if (!evidence.isCommitted(write.txn())) {
        report(AnomalyType.ABORTED_READ, key, read, value, write);
      }
    }
  }

  private void report(AnomalyType type, KeyEvidence key, Read read, long value, Write write) {
    List<Integer> both = List.of(write.txn(), read.txn());
    findings.add(
        type,
        both,
        () ->
            narration.cast(both)
                + "  T1 wrote %d to %s and %s, yet T2 read %s"
                    .formatted(
                        value,
                        key.key(),
                        type == AnomalyType.ABORTED_READ
                            ? "was not committed"
                            : "then wrote there again",
                        Narration.seen(key.isList(), read.seen())));
  }

  /**
   * Checks that a transaction sees its own writes and, unless at Read Committed, that its reads are
   * repeatable. (Kingsbury and Alvaro call violations "internal", after the axiom Int of Cerone,
   * Bernardi and Gotsman.)
   */
  private void checkInternal(int txn) {
    boolean repeatable = evidence.txn(txn).readsOneState();
    Map<String, List<Long>> known =
        new HashMap<>(); // the last value read of a key, with own writes on top
    Map<String, List<Long>> own = new HashMap<>();
    for (PointOp op : evidence.points(txn)) {
      if (op.writes()) {
        own.put(op.key(), op.appliedTo(own.getOrDefault(op.key(), List.of())));
        if (!op.isOfList()) {
          known.put(op.key(), op.appliedTo(List.of()));
        } else {
          known.computeIfPresent(op.key(), (key, values) -> op.appliedTo(values));
        }
        continue;
      }
      List<Long> expected = known.get(op.key());
      List<Long> mine = own.get(op.key());
      boolean exactly = expected != null && (repeatable || (mine != null && !op.isOfList()));
      boolean right =
          exactly ? op.seen().equals(expected) : mine == null || endsWith(op.seen(), mine);
      if (!right) {
        String wanted =
            exactly && expected != null
                ? Narration.seen(op.isOfList(), expected)
                : "its own " + mine + " last";
        findings.add(
            AnomalyType.INTERNAL,
            List.of(txn),
            () ->
                narration.cast(List.of(txn))
                    + "  T1 read %s as %s, where it should have seen %s"
                        .formatted(op.key(), Narration.seen(op.isOfList(), op.seen()), wanted));
      }
      known.put(op.key(), op.seen());
    }
  }

  private static boolean endsWith(List<Long> list, List<Long> end) {
    return list.size() >= end.size()
        && list.subList(list.size() - end.size(), list.size()).equals(end);
  }
}
