package io.petacore.internal.sync;

import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;

/** What the Synchronizer has met. Safe for use by many threads. */
public final class SyncCounters {

  final AtomicLong watchesOpened = new AtomicLong();
  final AtomicLong resyncs = new AtomicLong();
  final AtomicLong malformedRecords = new AtomicLong();
  final AtomicLong ignoredKeys = new AtomicLong();
  final AtomicLong clocksRefused = new AtomicLong();
  final AtomicLong otherHistories = new AtomicLong();

  /** How often a watch was opened. */
  public long watchesOpened() {
    return watchesOpened.get();
  }

  /** How often everything was loaded again. */
  public long resyncs() {
    return resyncs.get();
  }

  /** Commit records that could not be read. */
  public long malformedRecords() {
    return malformedRecords.get();
  }

  /** Foreign keys seen in places that are PetaCore's own. */
  public long ignoredKeys() {
    return ignoredKeys.get();
  }

  /** Timestamps too far ahead of the local clock. */
  public long clocksRefused() {
    return clocksRefused.get();
  }

  /** How often the store was taken for being on another history. */
  public long otherHistories() {
    return otherHistories.get();
  }

  /**
   * Counts something that may come in floods and logs its first, second, fourth, eighth…
   * occurrence.
   */
  static void countAndWarn(AtomicLong counter, Logger log, String message, Object detail) {
    long count = counter.incrementAndGet();
    if (Long.bitCount(count) == 1) {
      log.warn(message + " (seen {} times)", detail, count);
    }
  }
}
