package io.petacore.transaction;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * How one transaction is run, where it differs from the storage's own settings. Immutable: each
 * setter returns a copy.
 */
public final class TransactionOptions {

  private static final TransactionOptions DEFAULTS =
      new TransactionOptions(Optional.empty(), Optional.empty(), OptionalInt.empty(), false);

  private final Optional<IsolationLevel> isolation;
  private final Optional<Duration> timeout;
  private final OptionalInt maxAttempts;
  private final boolean failFast;

  private TransactionOptions(
      Optional<IsolationLevel> isolation,
      Optional<Duration> timeout,
      OptionalInt maxAttempts,
      boolean failFast) {
    this.failFast = failFast;
    this.isolation = isolation;
    this.timeout = timeout;
    this.maxAttempts = maxAttempts;
  }

  /** Everything as the storage has it. */
  public static TransactionOptions defaults() {
    return DEFAULTS;
  }

  /** A copy with an isolation level. */
  public TransactionOptions isolation(IsolationLevel level) {
    return new TransactionOptions(
        Optional.of(Objects.requireNonNull(level, "level")), timeout, maxAttempts, failFast);
  }

  /**
   * A copy with a bound on the commit: all attempts, all waiting, from the end of the body's first
   * run on.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public TransactionOptions timeout(Duration bound) {
    Objects.requireNonNull(bound, "bound");
    if (bound.isNegative() || bound.isZero()) {
      throw new IllegalArgumentException("the timeout must be positive: " + bound);
    }
    return new TransactionOptions(isolation, Optional.of(bound), maxAttempts, failFast);
  }

  /**
   * A copy with a bound on how often the body is run.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public TransactionOptions maxAttempts(int attempts) {
    if (attempts < 1) {
      throw new IllegalArgumentException("maxAttempts must be at least 1: " + attempts);
    }
    return new TransactionOptions(isolation, timeout, OptionalInt.of(attempts), failFast);
  }

  /**
   * A copy that does not wait for the store: while the storage is {@code DISCONNECTED}, a commit
   * fails at once with {@link io.petacore.error.StoreUnavailableException} instead of at its
   * timeout; so does one that waits to be sent when the connection is lost. One that is under way
   * then is resolved as ever. Reads go on.
   */
  public TransactionOptions failFast() {
    return new TransactionOptions(isolation, timeout, maxAttempts, true);
  }

  /** The isolation level; empty for the storage's own. */
  public Optional<IsolationLevel> isolation() {
    return isolation;
  }

  /** The bound on the commit; empty for the storage's own. */
  public Optional<Duration> timeout() {
    return timeout;
  }

  /** The bound on how often the body is run; empty for the storage's own. */
  public OptionalInt maxAttempts() {
    return maxAttempts;
  }

  /** Whether a commit fails at once while the storage is disconnected. */
  public boolean isFailFast() {
    return failFast;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TransactionOptions that
        && isolation.equals(that.isolation)
        && timeout.equals(that.timeout)
        && maxAttempts.equals(that.maxAttempts)
        && failFast == that.failFast;
  }

  @Override
  public int hashCode() {
    return Objects.hash(isolation, timeout, maxAttempts, failFast);
  }

  @Override
  public String toString() {
    return "TransactionOptions{isolation="
        + isolation
        + ", timeout="
        + timeout
        + ", maxAttempts="
        + maxAttempts
        + (failFast ? ", failFast" : "")
        + "}";
  }
}
