package io.petacore.history;

import io.petacore.history.KeyEvidence.Read;
import io.petacore.history.KeyEvidence.Write;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Derives the known order of committed transactions. */
final class Dependencies {

  private final Evidence evidence;
  private final Findings findings;
  private final boolean strict;
  private final List<Dependency> all = new ArrayList<>();

  Dependencies(Evidence evidence, Findings findings, boolean strict) {
    this.evidence = evidence;
    this.findings = findings;
    this.strict = strict;
  }

  /** Returns the dependencies; reports contradictory version orders as findings. */
  List<Dependency> find() {
    for (KeyEvidence key : evidence.keys()) {
      addAll(key, key.isList() ? orderOfList(key) : orderOfRegister(key));
    }
    int[] committed = evidence.committed();
    Precedence.visit(
        evidence.txns(),
        committed,
        Precedence.SESSION,
        (before, after) -> all.add(Dependency.inTime(before, after, Kind.SESSION)));
    Precedence.visit(
        evidence.txns(),
        committed,
        strict ? Precedence.STRICT : Precedence.COMMITS,
        (before, after) -> {
          if (!Precedence.SESSION.constrains(evidence.txn(before), evidence.txn(after))) {
            all.add(Dependency.inTime(before, after, Kind.REAL_TIME));
          }
        });
    // Where both exist, a search follows the dependency of an item: the stronger statement.
    all.sort(Comparator.comparing(Dependency::predicate));
    return all;
  }

  private VersionOrder orderOfList(KeyEvidence key) {
    List<Read> branches = ListOrder.branches(key);
    if (branches.size() > 1) {
      return VersionOrder.NONE;
    }
    List<Long> longest = branches.isEmpty() ? List.of() : branches.get(0).seen();
    boolean distinct = longest.stream().distinct().count() == longest.size();
    return distinct ? new ListOrder(key, longest, evidence) : VersionOrder.NONE;
  }

  private VersionOrder orderOfRegister(KeyEvidence key) {
    AbsentReads absent = new AbsentReads(key, evidence);
    while (true) {
      RegisterOrder order = new RegisterOrder(key, evidence, strict);
      List<RegisterOrder.Reason> cycle = order.cycle();
      if (!cycle.isEmpty()) {
        report(key, cycle);
        return VersionOrder.NONE;
      }
      if (!absent.narrow(order)) {
        return order;
      } // else the reads that are known now prove more of the order
    }
  }

  private void report(KeyEvidence key, List<RegisterOrder.Reason> cycle) {
    List<Integer> txns =
        cycle.stream()
            .flatMap(reason -> Stream.of(reason.first(), reason.second()))
            .distinct()
            .toList();
    findings.add(
        AnomalyType.CYCLIC_VERSIONS,
        txns,
        () -> new Narration(evidence).versions(key.key(), txns, cycle));
  }

  private void addAll(KeyEvidence key, VersionOrder order) {
    addWrites(key, order, KeyEvidence.INITIAL);
    key.writes().keySet().forEach(version -> addWrites(key, order, version));
    for (Read read : key.reads()) {
      if (read.external()) {
        addRead(key, order, read);
      }
    }
  }

  private void addWrites(KeyEvidence key, VersionOrder order, long version) {
    Write write = key.writer(version);
    if (write != null) {
      for (long next : order.successors(version)) {
        Write overwriting = key.writer(next);
        if (overwriting != null) {
          int after = overwriting.txn();
          add(new Dependency(write.txn(), after, Kind.WW, key.key(), version, next, false));
        }
      }
    }
  }

  private void addRead(KeyEvidence key, VersionOrder order, Read read) {
    Long version = read.version();
    Write write = version == null ? null : key.writer(version);
    if (version != null && write != null) {
      add(new Dependency(write.txn(), read.txn(), Kind.WR, key.key(), version, version, false));
    }
    for (long next : order.overwriters(read.versions())) {
      Write overwriting = key.writer(next);
      // A read of a value that its writer overwrote says nothing about earlier versions.
      if (overwriting != null && (write == null || overwriting.txn() != write.txn())) {
        long from = read.versions().get(0);
        add(
            new Dependency(
                read.txn(), overwriting.txn(), Kind.RW, key.key(), from, next, read.predicate()));
      }
    }
  }

  private void add(Dependency dependency) {
    if (dependency.before() != dependency.after()
        && evidence.isCommitted(dependency.before())
        && evidence.isCommitted(dependency.after())) {
      all.add(dependency);
    }
  }
}
