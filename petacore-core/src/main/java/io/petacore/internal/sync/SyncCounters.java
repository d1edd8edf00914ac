package io.petacore.internal.sync;

import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;

/** Replication counters. Safe for use by many threads. */
public final class SyncCounters {

  final AtomicLong watchesOpened = new AtomicLong();
  final AtomicLong resyncs = new AtomicLong();
  final AtomicLong malformedRecords = new AtomicLong();
  final AtomicLong ignoredKeys = new AtomicLong();
  final AtomicLong clocksRefused = new AtomicLong();
  final AtomicLong otherHistories = new AtomicLong();

  /** The number of watches opened. */
  public long watchesOpened() {
    return watchesOpened.get();
  }

  /** The number of resyncs started. */
  public long resyncs() {
    return resyncs.get();
  }

  /** The number of commit records that could not be decoded. */
  public long malformedRecords() {
    return malformedRecords.get();
  }

  /** The number of foreign keys ignored because they are in the reserved range. */
  public long ignoredKeys() {
    return ignoredKeys.get();
  }

  /** The number of timestamps refused as too far ahead of the local clock. */
  public long clocksRefused() {
    return clocksRefused.get();
  }

  /** The number of resyncs at which the store's history counted as another one. */
  public long otherHistories() {
    return otherHistories.get();
  }

  /**
   * Counts an event that may occur in floods, and logs its first, second, fourth, eighth…
   * occurrence.
   */
  static void countAndWarn(AtomicLong counter, Logger log, String message, Object detail) {
    long count = counter.incrementAndGet();
    if (Long.bitCount(count) == 1) {
      log.warn(message + " (seen {} times)", detail, count);
    }
  }
}
