package io.petacore.transaction;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** How one transaction is run, where that differs from the storage's settings. Immutable. */
public final class TransactionOptions {

  private static final TransactionOptions DEFAULTS =
      new TransactionOptions(
          Optional.empty(), Optional.empty(), OptionalInt.empty(), false, 0, false);

  private final Optional<IsolationLevel> isolation;
  private final Optional<Duration> timeout;
  private final OptionalInt maxAttempts;
  private final boolean failFast;
  private final long atLeast;
  private final boolean latest;

  private TransactionOptions(
      Optional<IsolationLevel> isolation,
      Optional<Duration> timeout,
      OptionalInt maxAttempts,
      boolean failFast,
      long atLeast,
      boolean latest) {
    this.failFast = failFast;
    this.atLeast = atLeast;
    this.latest = latest;
    this.isolation = isolation;
    this.timeout = timeout;
    this.maxAttempts = maxAttempts;
  }

  /**
   * Returns options that leave everything to the storage's settings.
   *
   * @return the default options
   */
  public static TransactionOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Returns a copy of these options with an isolation level.
   *
   * @param level never null
   * @return the copy
   */
  public TransactionOptions isolation(IsolationLevel level) {
    return new TransactionOptions(
        Optional.of(Objects.requireNonNull(level, "level")),
        timeout,
        maxAttempts,
        failFast,
        atLeast,
        latest);
  }

  /**
   * Returns a copy of these options with a timeout of the commit. It covers all attempts, and
   * starts at the end of the body's first run.
   *
   * @param bound never null; positive
   * @return the copy
   * @throws IllegalArgumentException if it is not positive
   */
  public TransactionOptions timeout(Duration bound) {
    Objects.requireNonNull(bound, "bound");
    if (bound.isNegative() || bound.isZero()) {
      throw new IllegalArgumentException("the timeout must be positive: " + bound);
    }
    return new TransactionOptions(
        isolation, Optional.of(bound), maxAttempts, failFast, atLeast, latest);
  }

  /**
   * Returns a copy of these options with a maximum number of attempts.
   *
   * @param attempts how often the body is run at most, the first run included; not counted are runs
   *     again because of transactions of this storage that were before it at the same key
   * @return the copy
   * @throws IllegalArgumentException if it is not positive
   */
  public TransactionOptions maxAttempts(int attempts) {
    if (attempts < 1) {
      throw new IllegalArgumentException("maxAttempts must be at least 1: " + attempts);
    }
    return new TransactionOptions(
        isolation, timeout, OptionalInt.of(attempts), failFast, atLeast, latest);
  }

  /**
   * Returns a copy of these options that does not wait for the store: while the storage is {@code
   * DISCONNECTED}, a commit fails at once with {@link io.petacore.error.StoreUnavailableException}
   * instead of at its timeout, and so does one that is pending when the connection is lost. A
   * commit in flight is resolved as usual. Reads continue, except in a transaction that has to wait
   * for {@link #atLeast(long)} or {@link #latest()}.
   *
   * @return the copy
   */
  public TransactionOptions failFast() {
    return new TransactionOptions(isolation, timeout, maxAttempts, true, atLeast, latest);
  }

  /**
   * Returns a copy of these options with which a transaction begins at a revision or a later one:
   * it sees at least a commit that was seen elsewhere, for example by the {@link
   * CommitResult#revision()} that another node has passed on. Until that revision is applied here,
   * each run of the body waits, the first one for up to the timeout; then it fails with {@link
   * io.petacore.error.StoreUnavailableException}, and nothing was begun.
   *
   * @param revision a revision of the store's present history; 0 for any state
   * @return the copy
   * @throws IllegalArgumentException if it is negative
   */
  public TransactionOptions atLeast(long revision) {
    if (revision < 0) {
      throw new IllegalArgumentException("atLeast needs a revision, not " + revision);
    }
    return new TransactionOptions(isolation, timeout, maxAttempts, failFast, revision, latest);
  }

  /**
   * Returns a copy of these options with which a transaction sees every commit of PetaCore that had
   * returned, on any node, when it was called. That costs one quorum read, shared by callers that
   * ask before it is sent, and then a wait until what it shows is applied, for up to the timeout;
   * then it fails with {@link io.petacore.error.StoreUnavailableException}, and nothing was begun.
   * Foreign writes are not included; for these, see {@code DistributedStorage.barrier()}.
   *
   * @return the copy
   */
  public TransactionOptions latest() {
    return new TransactionOptions(isolation, timeout, maxAttempts, failFast, atLeast, true);
  }

  /**
   * Returns the isolation level.
   *
   * @return empty for the storage's setting
   */
  public Optional<IsolationLevel> isolation() {
    return isolation;
  }

  /**
   * Returns the timeout of the commit.
   *
   * @return empty for the storage's setting
   */
  public Optional<Duration> timeout() {
    return timeout;
  }

  /**
   * Returns the maximum number of attempts.
   *
   * @return empty for the storage's setting
   */
  public OptionalInt maxAttempts() {
    return maxAttempts;
  }

  /**
   * Returns whether a commit fails at once while the storage is disconnected.
   *
   * @return false by default
   */
  public boolean isFailFast() {
    return failFast;
  }

  /**
   * Returns the revision at which a transaction begins at the earliest.
   *
   * @return 0 by default: any applied state will do
   */
  public long atLeast() {
    return atLeast;
  }

  /**
   * Returns whether a transaction sees every commit that had returned when it was called.
   *
   * @return false by default
   */
  public boolean isLatest() {
    return latest;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TransactionOptions that
        && isolation.equals(that.isolation)
        && timeout.equals(that.timeout)
        && maxAttempts.equals(that.maxAttempts)
        && failFast == that.failFast
        && atLeast == that.atLeast
        && latest == that.latest;
  }

  @Override
  public int hashCode() {
    return Objects.hash(isolation, timeout, maxAttempts, failFast, atLeast, latest);
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
        + (atLeast == 0 ? "" : ", atLeast=" + atLeast)
        + (latest ? ", latest" : "")
        + "}";
  }
}
