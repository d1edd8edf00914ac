package io.petacore.metrics;

import java.util.Locale;

/** How a transaction ended that had something to commit. */
public enum TransactionOutcome {
  /** It is durable. */
  COMMITTED,
  /** Other commits kept changing a key that it writes. */
  CONFLICT,
  /** Each of its runs took longer than history is kept. */
  TOO_OLD,
  /** The store could not be reached in time, the pipeline was full, or the storage was closed. */
  UNAVAILABLE,
  /** The answer to its commit was lost: it may have been applied. */
  UNKNOWN,
  /** It was refused for what it writes: its size, permission, or a unique index. */
  REFUSED,
  /** The body threw in a further run, or a defect ended it. */
  FAILED;

  private final String label = name().toLowerCase(Locale.ROOT);

  /**
   * Returns the name as the value of a tag.
   *
   * @return the name in lower case, for example {@code too_old}
   */
  public String label() {
    return label;
  }
}
