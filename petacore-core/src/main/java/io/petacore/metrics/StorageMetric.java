package io.petacore.metrics;

import org.jspecify.annotations.Nullable;

/**
 * Every metric of a storage: its kind, name, tag, unit and meaning, defined here only. Counters
 * have the names of {@code StorageCounters.Counter}.
 */
public enum StorageMetric {
  /** Committed transactions. */
  COMMITS(
      Kind.COUNTER, "petacore.commits", "Committed transactions, those without writes excluded"),
  /** Requests that carry transactions. */
  BATCHES(
      Kind.COUNTER,
      "petacore.batches",
      Tag.of("content", "transactions"),
      "Requests sent to etcd, with transactions"),
  /** Requests that carry none. */
  EMPTY_BATCHES(
      Kind.COUNTER,
      "petacore.batches",
      Tag.of("content", "none"),
      "Requests sent to etcd, without transactions: barriers and idle writes"),
  /** Transactions in requests. */
  BATCHED_TRANSACTIONS(
      Kind.COUNTER, "petacore.batched.transactions", "Transactions that these requests carried"),
  /** Conflicts found in memory. */
  LOCAL_CONFLICTS(
      Kind.COUNTER,
      "petacore.conflicts",
      Tag.of("found.in", "memory"),
      "Conflicts found before anything was sent"),
  /** Conflicts found by the store. */
  STORE_CONFLICTS(
      Kind.COUNTER, "petacore.conflicts", Tag.of("found.in", "store"), "Conflicts found by etcd"),
  /** Reruns. */
  RETRIES(Kind.COUNTER, "petacore.retries", "Bodies that were run again"),
  /** Transactions sent again. */
  RESENT(Kind.COUNTER, "petacore.resent", "Transactions sent again without running their body"),
  /** Lost answers, resolved as applied. */
  RESOLVED_APPLIED(
      Kind.COUNTER,
      "petacore.indoubt",
      Tag.of("outcome", "applied"),
      "Commits whose answer was lost, and that were applied"),
  /** Lost answers, resolved as not applied. */
  RESOLVED_NOT_APPLIED(
      Kind.COUNTER,
      "petacore.indoubt",
      Tag.of("outcome", "not_applied"),
      "Commits whose answer was lost, and that were not applied, but sent again"),
  /** Commits of unknown outcome. */
  UNKNOWN_OUTCOMES(
      Kind.COUNTER,
      "petacore.indoubt",
      Tag.of("outcome", "unknown"),
      "Commits reported to the application as of unknown outcome"),
  /** Sessions lost. */
  SESSIONS_LOST(Kind.COUNTER, "petacore.sessions.lost", "Sessions whose lease ended early"),
  /** Exclusive commit locks. */
  EXCLUSIVE_LOCKS(
      Kind.COUNTER,
      "petacore.exclusive.locks",
      "Large transactions that acquired the exclusive commit lock"),
  /** Watches. */
  WATCHES_OPENED(
      Kind.COUNTER, "petacore.watches.opened", "Watches opened: 1 if no connection ever broke"),
  /** Resyncs. */
  RESYNCS(Kind.COUNTER, "petacore.resyncs", "Reloads of the whole state after the initial load"),
  /** Malformed commit records. */
  MALFORMED_RECORDS(
      Kind.COUNTER, "petacore.malformed.records", "Commit records that could not be decoded"),
  /** Ignored keys. */
  IGNORED_KEYS(Kind.COUNTER, "petacore.ignored.keys", "Foreign writes to reserved keys"),
  /** Refused clocks. */
  CLOCKS_REFUSED(
      Kind.COUNTER,
      "petacore.clocks.refused",
      "Timestamps of other nodes too far ahead of this node's clock"),
  /** Other histories. */
  OTHER_HISTORIES(
      Kind.COUNTER,
      "petacore.other.histories",
      "Times that etcd was, or had to be assumed to be, on another history"),
  /** Failures of index functions. */
  INDEX_FUNCTION_FAILURES(
      Kind.COUNTER, "petacore.index.failures", "Versions that an index function failed for"),
  /** Violations of unique indexes. */
  UNIQUE_VIOLATIONS(
      Kind.COUNTER,
      "petacore.unique.violations",
      "Second holders of a key of a unique index, written without the index"),
  /** Conflated batches. */
  CONFLATIONS(
      Kind.COUNTER,
      "petacore.subscription.conflations",
      "Batches delivered to subscribers conflated"),
  /** Failures of listeners. */
  LISTENER_FAILURES(
      Kind.COUNTER, "petacore.subscription.failures", "Calls of subscribers that threw"),
  /** Failed writes of write-behind buffers. */
  WRITE_BEHIND_FAILURES(
      Kind.COUNTER,
      "petacore.writebehind.failures",
      "Writes of write-behind buffers that have failed for good"),

  /** Whether the storage follows the store. */
  SYNCED(Kind.GAUGE, "petacore.synced", "1 while the storage follows etcd, else 0"),
  /** The applied revision. */
  APPLIED_REVISION(Kind.GAUGE, "petacore.applied.revision", "The newest revision in memory"),
  /** The age of the applied revision. */
  APPLIED_AGE(
      Kind.GAUGE,
      "petacore.applied.age",
      Unit.SECONDS,
      "The time since it was applied; grows while no node commits"),
  /** The staleness. */
  STALENESS(
      Kind.GAUGE,
      "petacore.staleness",
      Unit.SECONDS,
      "How far this node may be behind what PetaCore nodes have committed"),
  /** The time since the last contact. */
  CONTACT_AGE(
      Kind.GAUGE, "petacore.contact.age", Unit.SECONDS, "The time since etcd last sent anything"),
  /** Present keys. */
  KEYS(Kind.GAUGE, "petacore.keys", "Present keys"),
  /** Versions in memory. */
  VERSIONS(Kind.GAUGE, "petacore.versions", "Versions in memory, superseded ones included"),
  /** The memory used by keys, versions and indexes. */
  MEMORY_USED(
      Kind.GAUGE,
      "petacore.memory.used",
      Unit.BYTES,
      "Estimated heap footprint of keys, versions and indexes"),
  /** The memory used by decoded values. */
  DECODED_USED(
      Kind.GAUGE,
      "petacore.decoded.used",
      Unit.BYTES,
      "Estimated heap footprint of decoded values of keyspaces"),
  /** The memory used by writes of write-behind buffers. */
  WRITE_BEHIND_USED(
      Kind.GAUGE,
      "petacore.writebehind.used",
      Unit.BYTES,
      "Estimated heap footprint of writes behind, pending and in flight"),
  /** Entries of a running load. */
  LOADING(
      Kind.GAUGE, "petacore.load.entries", "Entries that a running load has read; 0 if none runs"),
  /** Pending commits. */
  PENDING_COMMITS(Kind.GAUGE, "petacore.commits.pending", "Transactions in the commit pipeline"),
  /** The bound on pending commits. */
  MAX_PENDING_COMMITS(
      Kind.GAUGE, "petacore.commits.pending.max", "The most that it holds: maxPendingCommits"),
  /** Open subscriptions. */
  SUBSCRIPTIONS(Kind.GAUGE, "petacore.subscriptions", "Open subscriptions"),
  /** The lag of the slowest subscriber. */
  SUBSCRIPTION_LAG(
      Kind.GAUGE,
      "petacore.subscription.lag",
      "Changes that the slowest subscriber is still to be delivered"),

  /** The time of a transaction. */
  TRANSACTION_DURATION(
      Kind.TIMER,
      "petacore.transaction.duration",
      Tag.of("outcome", null),
      "The time to commit a transaction, over all attempts"),
  /** The attempts of a transaction. */
  TRANSACTION_ATTEMPTS(
      Kind.DISTRIBUTION, "petacore.transaction.attempts", "Runs of the body of a transaction"),
  /** The time of a request with transactions. */
  BATCH_DURATION(
      Kind.TIMER,
      "petacore.batch.duration",
      "The time from sending a request with transactions until it is applied here"),
  /** The size of a request with transactions. */
  BATCH_SIZE(Kind.DISTRIBUTION, "petacore.batch.size", "Transactions in such a request"),
  /** The propagation delay. */
  PROPAGATION_DELAY(
      Kind.TIMER,
      "petacore.propagation.delay",
      "The time from another node's sending of a request until it is applied here, by both clocks"),
  /** The time of a resync. */
  RESYNC_DURATION(
      Kind.TIMER,
      "petacore.resync.duration",
      "The time from the need of a resync until its state is applied");

  /** How a metric is measured. */
  public enum Kind {
    /** A number that only rises while the storage is open. */
    COUNTER,
    /** A number that rises and falls. */
    GAUGE,
    /** Durations, recorded in nanoseconds. */
    TIMER,
    /** Sizes. */
    DISTRIBUTION
  }

  /** What a metric is measured in. */
  public enum Unit {
    /** A number of what the metric's name says. */
    NONE,
    /** Seconds. */
    SECONDS,
    /** Bytes. */
    BYTES
  }

  /**
   * A tag by which metrics of one name differ.
   *
   * @param key its key
   * @param value its value; null if each recorded value has its own
   */
  public record Tag(String key, @Nullable String value) {
    private static Tag of(String key, @Nullable String value) {
      return new Tag(key, value);
    }
  }

  private final Kind kind;
  private final String id;
  private final @Nullable String tagKey;
  private final @Nullable String tagValue;
  private final Unit unit;
  private final String description;

  StorageMetric(Kind kind, String id, String description) {
    this(kind, id, null, Unit.NONE, description);
  }

  StorageMetric(Kind kind, String id, Tag tag, String description) {
    this(kind, id, tag, Unit.NONE, description);
  }

  StorageMetric(Kind kind, String id, Unit unit, String description) {
    this(kind, id, null, unit, description);
  }

  StorageMetric(Kind kind, String id, @Nullable Tag tag, Unit unit, String description) {
    this.kind = kind;
    this.id = id;
    this.tagKey = tag == null ? null : tag.key();
    this.tagValue = tag == null ? null : tag.value();
    this.unit = kind == Kind.TIMER ? Unit.SECONDS : unit;
    this.description = description;
  }

  /** {@return how it is measured} */
  public Kind kind() {
    return kind;
  }

  /** {@return its name in lower case, with dots, which several metrics with one tag may share} */
  public String id() {
    return id;
  }

  /** {@return the tag by which it differs from others of its name; null if it has none} */
  public @Nullable Tag tag() {
    return tagKey == null ? null : new Tag(tagKey, tagValue);
  }

  /** {@return what its values are measured in} */
  public Unit unit() {
    return unit;
  }

  /** {@return its meaning, as a phrase} */
  public String description() {
    return description;
  }
}
