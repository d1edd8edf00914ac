package io.petacore;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Events counted since a storage was opened, by name. Immutable. */
public final class StorageCounters {

  /** A kind of event. */
  public enum Counter {
    /** Committed transactions, those without writes not counted. */
    COMMITS,
    /** Requests sent to the store to commit transactions. */
    BATCHES,
    /** Requests without transactions: barriers, and writes that keep an idle namespace fresh. */
    EMPTY_BATCHES,
    /** Transactions that these requests carried. */
    BATCHED_TRANSACTIONS,
    /** Conflicts found in memory, before anything was sent. */
    LOCAL_CONFLICTS,
    /** Conflicts found by the store. */
    STORE_CONFLICTS,
    /** Bodies that were run again. */
    RETRIES,
    /**
     * Transactions sent again without running their body: only a delete fence had moved, or their
     * request had been lost, or refused because of another transaction in it.
     */
    RESENT,
    /** Commits whose answer was lost and that turned out to be applied. */
    RESOLVED_APPLIED,
    /**
     * Commits whose answer was lost and that turned out not to be applied; they were sent again.
     */
    RESOLVED_NOT_APPLIED,
    /**
     * Commits reported as of unknown outcome. One that is resolved as committed later is counted in
     * {@link #COMMITS}, too.
     */
    UNKNOWN_OUTCOMES,
    /** Sessions that the store ended. */
    SESSIONS_LOST,
    /** Large transactions that acquired the exclusive commit lock. */
    EXCLUSIVE_LOCKS,
    /** Watches opened: 1 if no connection ever broke. */
    WATCHES_OPENED,
    /** Reloads of the whole state after the initial load. */
    RESYNCS,
    /** Commit records that could not be decoded. */
    MALFORMED_RECORDS,
    /** Foreign writes to keys reserved for PetaCore, which were ignored. */
    IGNORED_KEYS,
    /** Timestamps of other nodes too far ahead of this node's clock. */
    CLOCKS_REFUSED,
    /**
     * Times that the store was found, or had to be assumed, to be on another history, as after a
     * restore from a backup.
     */
    OTHER_HISTORIES,
    /** Versions that an index function failed for, and which their index therefore leaves out. */
    INDEX_FUNCTION_FAILURES,
    /** Entries seen whose key in a unique index another entry had, written without the index. */
    UNIQUE_VIOLATIONS,
    /**
     * Batches that were delivered to a subscriber conflated: it was slow, had failed, or a resync.
     */
    CONFLATIONS,
    /** Calls of subscribers that threw. */
    LISTENER_FAILURES,
    /** Writes of write-behind buffers that have failed for good. */
    WRITE_BEHIND_FAILURES;

    private final String label;

    Counter() {
      StringBuilder camelCase = new StringBuilder();
      for (String word : name().split("_", -1)) {
        String lower = word.toLowerCase(Locale.ROOT);
        camelCase.append(
            camelCase.isEmpty()
                ? lower
                : Character.toUpperCase(lower.charAt(0)) + lower.substring(1));
      }
      this.label = camelCase.toString();
    }

    /**
     * Returns the counter's name as its accessor has it.
     *
     * @return the name in camel case, for example {@code batchedTransactions}
     */
    public String label() {
      return label;
    }
  }

  private final Map<Counter, Long> values;

  private StorageCounters(Map<Counter, Long> values) {
    this.values = values;
  }

  /**
   * Returns counters with given values.
   *
   * @param values the values by counter; those left out are 0
   * @return the counters
   */
  public static StorageCounters of(Map<Counter, Long> values) {
    EnumMap<Counter, Long> all = new EnumMap<>(Counter.class);
    for (Counter counter : Counter.values()) {
      all.put(counter, values.getOrDefault(counter, 0L));
    }
    return new StorageCounters(Collections.unmodifiableMap(all));
  }

  /**
   * Returns the value of a counter.
   *
   * @param counter the counter
   * @return the number of events
   */
  public long get(Counter counter) {
    return values.getOrDefault(counter, 0L);
  }

  /**
   * Returns all counters, for example to export them as metrics.
   *
   * @return an unmodifiable map in the order of the constants
   */
  public Map<Counter, Long> asMap() {
    return values;
  }

  /** {@return the {@linkplain Counter#COMMITS committed transactions}} */
  public long commits() {
    return get(Counter.COMMITS);
  }

  /** {@return the {@linkplain Counter#BATCHES requests to commit}} */
  public long batches() {
    return get(Counter.BATCHES);
  }

  /** {@return the {@linkplain Counter#EMPTY_BATCHES requests without transactions}} */
  public long emptyBatches() {
    return get(Counter.EMPTY_BATCHES);
  }

  /** {@return the {@linkplain Counter#BATCHED_TRANSACTIONS transactions in these requests}} */
  public long batchedTransactions() {
    return get(Counter.BATCHED_TRANSACTIONS);
  }

  /** {@return the {@linkplain Counter#LOCAL_CONFLICTS conflicts found in memory}} */
  public long localConflicts() {
    return get(Counter.LOCAL_CONFLICTS);
  }

  /** {@return the {@linkplain Counter#STORE_CONFLICTS conflicts found by the store}} */
  public long storeConflicts() {
    return get(Counter.STORE_CONFLICTS);
  }

  /** {@return the attempts that ended in a conflict, wherever it was found} */
  public long conflicts() {
    return localConflicts() + storeConflicts();
  }

  /** {@return the {@linkplain Counter#RETRIES bodies that were run again}} */
  public long retries() {
    return get(Counter.RETRIES);
  }

  /** {@return the {@linkplain Counter#RESENT transactions sent again}} */
  public long resent() {
    return get(Counter.RESENT);
  }

  /** {@return the {@linkplain Counter#RESOLVED_APPLIED in-doubt commits that were applied}} */
  public long resolvedApplied() {
    return get(Counter.RESOLVED_APPLIED);
  }

  /** {@return the {@linkplain Counter#RESOLVED_NOT_APPLIED in-doubt commits not applied}} */
  public long resolvedNotApplied() {
    return get(Counter.RESOLVED_NOT_APPLIED);
  }

  /** {@return the {@linkplain Counter#UNKNOWN_OUTCOMES commits of unknown outcome}} */
  public long unknownOutcomes() {
    return get(Counter.UNKNOWN_OUTCOMES);
  }

  /** {@return the {@linkplain Counter#SESSIONS_LOST sessions that the store ended}} */
  public long sessionsLost() {
    return get(Counter.SESSIONS_LOST);
  }

  /** {@return the {@linkplain Counter#EXCLUSIVE_LOCKS exclusive commit locks acquired}} */
  public long exclusiveLocks() {
    return get(Counter.EXCLUSIVE_LOCKS);
  }

  /** {@return the {@linkplain Counter#WATCHES_OPENED watches opened}} */
  public long watchesOpened() {
    return get(Counter.WATCHES_OPENED);
  }

  /** {@return the {@linkplain Counter#RESYNCS reloads of the whole state}} */
  public long resyncs() {
    return get(Counter.RESYNCS);
  }

  /** {@return the {@linkplain Counter#MALFORMED_RECORDS malformed commit records}} */
  public long malformedRecords() {
    return get(Counter.MALFORMED_RECORDS);
  }

  /** {@return the {@linkplain Counter#IGNORED_KEYS ignored foreign keys}} */
  public long ignoredKeys() {
    return get(Counter.IGNORED_KEYS);
  }

  /** {@return the {@linkplain Counter#CLOCKS_REFUSED timestamps too far ahead}} */
  public long clocksRefused() {
    return get(Counter.CLOCKS_REFUSED);
  }

  /** {@return the {@linkplain Counter#OTHER_HISTORIES changes to another history}} */
  public long otherHistories() {
    return get(Counter.OTHER_HISTORIES);
  }

  /** {@return the {@linkplain Counter#INDEX_FUNCTION_FAILURES failures of index functions}} */
  public long indexFunctionFailures() {
    return get(Counter.INDEX_FUNCTION_FAILURES);
  }

  /** {@return the {@linkplain Counter#UNIQUE_VIOLATIONS second holders of unique index keys}} */
  public long uniqueViolations() {
    return get(Counter.UNIQUE_VIOLATIONS);
  }

  /** {@return the {@linkplain Counter#CONFLATIONS conflated batches}} */
  public long conflations() {
    return get(Counter.CONFLATIONS);
  }

  /** {@return the {@linkplain Counter#LISTENER_FAILURES calls of subscribers that threw}} */
  public long listenerFailures() {
    return get(Counter.LISTENER_FAILURES);
  }

  /** {@return the {@linkplain Counter#WRITE_BEHIND_FAILURES failed writes of buffers}} */
  public long writeBehindFailures() {
    return get(Counter.WRITE_BEHIND_FAILURES);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof StorageCounters that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    StringJoiner text = new StringJoiner(", ", "StorageCounters{", "}");
    values.forEach((counter, value) -> text.add(counter.label() + "=" + value));
    return text.toString();
  }
}
