package io.petacore.bench.demo;

import io.petacore.bench.support.console.Latencies;
import java.util.concurrent.atomic.LongAdder;

/** What the customers of one node have done so far. Safe for use by many threads. */
final class Tally {
  final LongAdder reads = new LongAdder();
  final LongAdder scans = new LongAdder();
  final LongAdder sold = new LongAdder();
  final LongAdder soldOut = new LongAdder();
  final LongAdder refused = new LongAdder();
  final LongAdder unknown = new LongAdder();

  /** Scans that found their snapshot's history gone. */
  final LongAdder tooOld = new LongAdder();

  /** Orders that another node did not show within the bound. */
  final LongAdder notSeenElsewhere = new LongAdder();

  /** From the call until it returned, all attempts included. */
  final Latencies commit = new Latencies();

  /** From a commit's return on this node until its order could be read on another one. */
  final Latencies propagation = new Latencies();

  /** Adds what another tally counted; for totals. */
  void add(Tally other) {
    reads.add(other.reads.sum());
    scans.add(other.scans.sum());
    sold.add(other.sold.sum());
    soldOut.add(other.soldOut.sum());
    refused.add(other.refused.sum());
    unknown.add(other.unknown.sum());
    tooOld.add(other.tooOld.sum());
    notSeenElsewhere.add(other.notSeenElsewhere.sum());
    commit.add(other.commit);
    propagation.add(other.propagation);
  }
}
