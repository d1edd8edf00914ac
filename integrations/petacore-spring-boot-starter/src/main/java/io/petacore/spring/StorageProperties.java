package io.petacore.spring;

import io.petacore.StorageBuilder;
import io.petacore.transaction.IsolationLevel;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/**
 * The properties of one storage. A property that is not set has the library's defaults; see {@link
 * StorageBuilder}. To be used by one thread.
 */
public class StorageProperties {
  /** Prefix of all keys, ending in a delimiter. */
  private String namespace = "";

  /** Whether the storage only reads. */
  private boolean readOnly;

  /** Isolation level of transactions that choose none. */
  private @Nullable IsolationLevel isolation;

  /** Time that opening may take without progress. */
  private @Nullable Duration openTimeout;

  /** Time that a commit may take, with all its attempts. */
  private @Nullable Duration commitTimeout;

  /** Time that closing waits for commits in flight; at most Spring's shutdown phase timeout. */
  private @Nullable Duration closeTimeout;

  /** Time for which superseded versions are kept. */
  private @Nullable Duration historyRetention;

  /** Maximum estimated heap footprint of superseded versions. */
  private @Nullable DataSize maxHistory;

  /** Maximum number of attempts of a transaction. */
  private @Nullable Integer maxAttempts;

  /** Maximum number of pending commits. */
  private @Nullable Integer maxPendingCommits;

  /** Time for which etcd keeps the session after its last renewal. */
  private @Nullable Duration sessionTimeout;

  /** Creates properties with their defaults. */
  public StorageProperties() {}

  /** Applies these properties. */
  void applyTo(StorageBuilder builder) {
    builder.namespace(namespace);
    if (readOnly) {
      builder.readOnly();
    }
    set(isolation, builder::isolation);
    set(openTimeout, builder::openTimeout);
    set(commitTimeout, builder::commitTimeout);
    set(historyRetention, builder::historyRetention);
    set(maxHistory, size -> builder.maxHistoryBytes(size.toBytes()));
    set(maxAttempts, builder::maxAttempts);
    set(maxPendingCommits, builder::maxPendingCommits);
    set(sessionTimeout, builder::sessionTimeout);
  }

  private static <T> void set(@Nullable T value, Consumer<T> setter) {
    if (value != null) {
      setter.accept(value);
    }
  }

  /** {@return the prefix of all keys} */
  public String getNamespace() {
    return namespace;
  }

  /**
   * Sets the prefix of all keys.
   *
   * @param value empty, or ending in a delimiter
   */
  public void setNamespace(String value) {
    namespace = value;
  }

  /** {@return whether the storage only reads} */
  public boolean isReadOnly() {
    return readOnly;
  }

  /**
   * Sets whether the storage only reads.
   *
   * @param value true for no permission to write
   */
  public void setReadOnly(boolean value) {
    readOnly = value;
  }

  /** {@return the isolation level; null for the default} */
  public @Nullable IsolationLevel getIsolation() {
    return isolation;
  }

  /**
   * Sets the isolation level.
   *
   * @param value null for the default
   */
  public void setIsolation(@Nullable IsolationLevel value) {
    isolation = value;
  }

  /** {@return the timeout of opening; null for the default} */
  public @Nullable Duration getOpenTimeout() {
    return openTimeout;
  }

  /**
   * Sets the timeout of opening.
   *
   * @param value null for the default
   */
  public void setOpenTimeout(@Nullable Duration value) {
    openTimeout = value;
  }

  /** {@return the timeout of a commit; null for the default} */
  public @Nullable Duration getCommitTimeout() {
    return commitTimeout;
  }

  /**
   * Sets the timeout of a commit.
   *
   * @param value null for the default
   */
  public void setCommitTimeout(@Nullable Duration value) {
    commitTimeout = value;
  }

  /** {@return the timeout of closing; null for the default} */
  public @Nullable Duration getCloseTimeout() {
    return closeTimeout;
  }

  /**
   * Sets the timeout of closing.
   *
   * @param value null for the default
   */
  public void setCloseTimeout(@Nullable Duration value) {
    closeTimeout = value;
  }

  /** {@return the time for which superseded versions are kept; null for the default} */
  public @Nullable Duration getHistoryRetention() {
    return historyRetention;
  }

  /**
   * Sets the time for which superseded versions are kept.
   *
   * @param value null for the default
   */
  public void setHistoryRetention(@Nullable Duration value) {
    historyRetention = value;
  }

  /** {@return the maximum size of superseded versions; null for the default} */
  public @Nullable DataSize getMaxHistory() {
    return maxHistory;
  }

  /**
   * Sets the maximum size of superseded versions.
   *
   * @param value null for the default
   */
  public void setMaxHistory(@Nullable DataSize value) {
    maxHistory = value;
  }

  /** {@return the maximum number of attempts; null for the default} */
  public @Nullable Integer getMaxAttempts() {
    return maxAttempts;
  }

  /**
   * Sets the maximum number of attempts.
   *
   * @param value null for the default
   */
  public void setMaxAttempts(@Nullable Integer value) {
    maxAttempts = value;
  }

  /** {@return the maximum number of pending commits; null for the default} */
  public @Nullable Integer getMaxPendingCommits() {
    return maxPendingCommits;
  }

  /**
   * Sets the maximum number of pending commits.
   *
   * @param value null for the default
   */
  public void setMaxPendingCommits(@Nullable Integer value) {
    maxPendingCommits = value;
  }

  /** {@return the timeout of the session; null for the default} */
  public @Nullable Duration getSessionTimeout() {
    return sessionTimeout;
  }

  /**
   * Sets the timeout of the session.
   *
   * @param value null for the default
   */
  public void setSessionTimeout(@Nullable Duration value) {
    sessionTimeout = value;
  }
}
