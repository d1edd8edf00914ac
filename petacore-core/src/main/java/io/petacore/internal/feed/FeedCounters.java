package io.petacore.internal.feed;

import java.util.concurrent.atomic.LongAdder;

/** Counters of the deliveries to subscribers. Safe for use by many threads. */
public final class FeedCounters {

  final LongAdder conflations = new LongAdder();
  final LongAdder failures = new LongAdder();

  /** The batches that were conflated because a subscriber was slow or had failed. */
  public long conflations() {
    return conflations.sum();
  }

  /** The calls of listeners that threw. */
  public long failures() {
    return failures.sum();
  }
}
