package io.petacore.it.chaos;

import io.petacore.it.Ledger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What happened when, in nanoseconds since the beginning of the run. Safe for use by many threads.
 */
final class Timeline {

  /** A fault, or the time of a check, from its beginning to its end. */
  record Span(String lane, String kind, String victim, long begin, long end) {}

  /**
   * A return of the quorum.
   *
   * @param kind of the fault that had taken it
   * @param restored when the last obstacle was gone
   * @param serving when some member had a leader again and answered a read by quorum
   */
  record Return(String kind, long restored, long serving) {}

  /**
   * A lasting partition.
   *
   * @param quiet since when nothing had gone wrong before
   */
  record Share(LastingPartition kind, long quiet, long begin, long end) {}

  private final long begun = System.nanoTime();
  private final Samples commits = new Samples();
  private final Samples propagations = new Samples();
  private final Samples failures = new Samples();
  private final Samples overruns = new Samples();
  private final List<Span> spans = new ArrayList<>();
  private final List<Return> returns = new ArrayList<>();
  private final List<Share> shares = new ArrayList<>();

  long now() {
    return System.nanoTime() - begun;
  }

  /** A transaction has ended just now, that should by a timeout. */
  void ended(Ledger.Told told, long took, Duration timeout) {
    overruns.add(now(), Math.max(0, took - timeout.toNanos()));
    (told == Ledger.Told.COMMITTED ? commits : failures).add(now(), took);
  }

  /** Another node has seen a commit just now. */
  void seenElsewhere(long took) {
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

  /** Commits: when they were reported, and how long they took. */
  Samples commits() {
    return commits;
  }

  /** The same of transactions that were reported as not applied or unknown. */
  Samples failures() {
    return failures;
  }

  /** How much longer than they might transactions took. */
  Samples overruns() {
    return overruns;
  }

  /** When another node saw a commit, and how long after it had been reported. */
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
