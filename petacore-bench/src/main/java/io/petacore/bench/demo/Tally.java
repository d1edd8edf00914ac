package io.petacore.bench.demo;

import io.petacore.bench.support.console.Latencies;
import java.util.concurrent.atomic.LongAdder;

/** Counters of the customers of one node. Thread-safe. */
final class Tally {
  final LongAdder reads = new LongAdder();
  final LongAdder scans = new LongAdder();
  final LongAdder sold = new LongAdder();
  final LongAdder soldOut = new LongAdder();
  final LongAdder failed = new LongAdder();
  final LongAdder unknown = new LongAdder();

  /** Scans that failed because their snapshot was older than the history. */
  final LongAdder tooOld = new LongAdder();

  /** Orders that another node did not read within the timeout. */
  final LongAdder notSeenInTime = new LongAdder();

  /** Commit latency, including retries. */
  final Latencies commit = new Latencies();

  /** Time from the return of a commit on this node until another node reads the order. */
  final Latencies propagation = new Latencies();

  /** Adds the counters of another tally. */
  void add(Tally other) {
    reads.add(other.reads.sum());
    scans.add(other.scans.sum());
    sold.add(other.sold.sum());
    soldOut.add(other.soldOut.sum());
    failed.add(other.failed.sum());
    unknown.add(other.unknown.sum());
    tooOld.add(other.tooOld.sum());
    notSeenInTime.add(other.notSeenInTime.sum());
    commit.add(other.commit);
    propagation.add(other.propagation);
  }
}
