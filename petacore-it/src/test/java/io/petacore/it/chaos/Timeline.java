package io.petacore.it.chaos;

import io.petacore.it.Ledger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Faults and latencies of a run; times are in nanoseconds since its start. Thread-safe. */
final class Timeline {

  /** The time span of a fault or a check. */
  record Span(String lane, String kind, String victim, long begin, long end) {}

  /**
   * A return of the quorum.
   *
   * @param kind the kind of the fault
   * @param restored when the fault ended
   * @param serving when a member had a leader and served a linearizable read
   */
  record Return(String kind, long restored, long serving) {}

  /**
   * A lasting partition.
   *
   * @param quiet start of the fault-free time before it
   */
  record Share(LastingPartition kind, long quiet, long begin, long end) {}

  private final long started = System.nanoTime();
  private final Samples commits = new Samples();
  private final Samples propagations = new Samples();
  private final Samples failures = new Samples();
  private final Samples overruns = new Samples();
  private final List<Span> spans = new ArrayList<>();
  private final List<Return> returns = new ArrayList<>();
  private final List<Share> shares = new ArrayList<>();

  long now() {
    return System.nanoTime() - started;
  }

  /** Records the end of a transaction with a timeout. */
  void ended(Ledger.Outcome outcome, long took, Duration timeout) {
    overruns.add(now(), Math.max(0, took - timeout.toNanos()));
    (outcome == Ledger.Outcome.COMMITTED ? commits : failures).add(now(), took);
  }

  /** Records that another node has applied a commit. */
  void propagated(long took) {
    propagations.add(now(), took);
  }

  synchronized void add(Span span) {
    spans.add(span);
  }

  synchronized void add(Return found) {
    returns.add(found);
  }

  synchronized void add(Share found) {
    shares.add(found);
  }

  /** Latencies of committed transactions. */
  Samples commits() {
    return commits;
  }

  /** Latencies of transactions that were not applied or of unknown outcome. */
  Samples failures() {
    return failures;
  }

  /** Times by which transactions exceeded their timeout. */
  Samples overruns() {
    return overruns;
  }

  /** Times until another node had applied an acknowledged commit. */
  Samples propagations() {
    return propagations;
  }

  synchronized List<Span> spans() {
    return List.copyOf(spans);
  }

  synchronized List<Share> shares() {
    return List.copyOf(shares);
  }

  synchronized List<Return> returns() {
    return List.copyOf(returns);
  }
}
