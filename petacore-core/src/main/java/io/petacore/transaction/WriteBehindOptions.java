package io.petacore.transaction;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link WriteBehind} buffer works. Immutable. Setters throw {@link NullPointerException} for
 * a null.
 */
public final class WriteBehindOptions {

  private static final long MAX_DEFAULT_BYTES = 64L << 20;

  private static final WriteBehindOptions DEFAULTS =
      new WriteBehindOptions(
          Duration.ofMillis(100),
          Math.min(MAX_DEFAULT_BYTES, Runtime.getRuntime().maxMemory() / 16),
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofMinutes(1),
          4,
          null);

  private final Duration flushInterval;
  private final long maxBytes;
  private final Duration writeTimeout;
  private final Duration flushTimeout;
  private final Duration retryTimeout;
  private final int maxInFlight;
  private final @Nullable Consumer<WriteBehindFailure> onFailure;

  private WriteBehindOptions(
      Duration flushInterval,
      long maxBytes,
      Duration writeTimeout,
      Duration flushTimeout,
      Duration retryTimeout,
      int maxInFlight,
      @Nullable Consumer<WriteBehindFailure> onFailure) {
    this.flushInterval = flushInterval;
    this.maxBytes = maxBytes;
    this.writeTimeout = writeTimeout;
    this.flushTimeout = flushTimeout;
    this.retryTimeout = retryTimeout;
    this.maxInFlight = maxInFlight;
    this.onFailure = onFailure;
  }

  /**
   * Returns options with every default.
   *
   * @return the default options
   */
  public static WriteBehindOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Returns a copy of these options with the time after which a write is sent at the latest, unless
   * older ones are still in flight. Default: 100 ms.
   *
   * @param interval positive
   * @return the copy
   * @throws IllegalArgumentException if it is not positive
   */
  public WriteBehindOptions flushInterval(Duration interval) {
    return new WriteBehindOptions(
        positive("flushInterval", interval),
        maxBytes,
        writeTimeout,
        flushTimeout,
        retryTimeout,
        maxInFlight,
        onFailure);
  }

  /**
   * Returns a copy of these options with the maximum estimated heap footprint of the writes held,
   * pending and in flight: per write its key, its value and 200 bytes. When half of it is held,
   * writes are sent without waiting for the interval. Default: 64 MiB, or a sixteenth of the
   * maximum heap if that is less.
   *
   * @param bytes the number of bytes; at least 1
   * @return the copy
   * @throws IllegalArgumentException if it is less than 1
   */
  public WriteBehindOptions maxBytes(long bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("maxBytes must be at least 1: " + bytes);
    }
    return new WriteBehindOptions(
        flushInterval, bytes, writeTimeout, flushTimeout, retryTimeout, maxInFlight, onFailure);
  }

  /**
   * Returns a copy of these options with the time that a writer waits while the buffer is full.
   * Default: 10 s.
   *
   * @param timeout not negative; zero to fail at once
   * @return the copy
   * @throws IllegalArgumentException if it is negative
   */
  public WriteBehindOptions writeTimeout(Duration timeout) {
    if (timeout.isNegative()) {
      throw new IllegalArgumentException("writeTimeout must not be negative: " + timeout);
    }
    return new WriteBehindOptions(
        flushInterval, maxBytes, timeout, flushTimeout, retryTimeout, maxInFlight, onFailure);
  }

  /**
   * Returns a copy of these options with the time that {@link WriteBehind#flush()} and {@link
   * WriteBehind#close()} wait. Default: 30 s.
   *
   * @param timeout positive
   * @return the copy
   * @throws IllegalArgumentException if it is not positive
   */
  public WriteBehindOptions flushTimeout(Duration timeout) {
    return new WriteBehindOptions(
        flushInterval,
        maxBytes,
        writeTimeout,
        positive("flushTimeout", timeout),
        retryTimeout,
        maxInFlight,
        onFailure);
  }

  /**
   * Returns a copy of these options with the time for which a write is tried that is not applied,
   * since the store is out of reach. It starts when the write is sent for the first time; if an
   * attempt fails after that time, the write fails. An attempt takes up to the commit timeout of
   * the storage. Default: 1 minute.
   *
   * @param timeout not negative; zero for one attempt
   * @return the copy
   * @throws IllegalArgumentException if it is negative
   */
  public WriteBehindOptions retryTimeout(Duration timeout) {
    if (timeout.isNegative()) {
      throw new IllegalArgumentException("retryTimeout must not be negative: " + timeout);
    }
    return new WriteBehindOptions(
        flushInterval, maxBytes, writeTimeout, flushTimeout, timeout, maxInFlight, onFailure);
  }

  /**
   * Returns a copy of these options with the maximum number of transactions in flight. Default: 4.
   *
   * @param transactions at least 1
   * @return the copy
   * @throws IllegalArgumentException if it is less than 1
   */
  public WriteBehindOptions maxInFlight(int transactions) {
    if (transactions < 1) {
      throw new IllegalArgumentException("maxInFlight must be at least 1: " + transactions);
    }
    return new WriteBehindOptions(
        flushInterval, maxBytes, writeTimeout, flushTimeout, retryTimeout, transactions, onFailure);
  }

  /**
   * Returns a copy of these options with a listener for writes that have failed for good. It is
   * called on the storage's executor, without any lock, possibly several calls at a time; an
   * exception that it throws is logged. Default: none; then failures are logged as errors.
   *
   * @param listener gets the keys and the cause
   * @return the copy
   */
  public WriteBehindOptions onFailure(Consumer<WriteBehindFailure> listener) {
    return new WriteBehindOptions(
        flushInterval,
        maxBytes,
        writeTimeout,
        flushTimeout,
        retryTimeout,
        maxInFlight,
        requireNonNull(listener, "listener"));
  }

  private static Duration positive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " must be positive: " + value);
    }
    return value;
  }

  /**
   * Returns the time after which a write is sent.
   *
   * @return positive
   */
  public Duration flushInterval() {
    return flushInterval;
  }

  /**
   * Returns the maximum estimated heap footprint of the writes held.
   *
   * @return in bytes; 1 or more
   */
  public long maxBytes() {
    return maxBytes;
  }

  /**
   * Returns the time that a writer waits while the buffer is full.
   *
   * @return zero or more
   */
  public Duration writeTimeout() {
    return writeTimeout;
  }

  /**
   * Returns the time that a flush waits.
   *
   * @return positive
   */
  public Duration flushTimeout() {
    return flushTimeout;
  }

  /**
   * Returns the time for which a write is tried again.
   *
   * @return zero or more
   */
  public Duration retryTimeout() {
    return retryTimeout;
  }

  /**
   * Returns the maximum number of transactions in flight.
   *
   * @return 1 or more
   */
  public int maxInFlight() {
    return maxInFlight;
  }

  /**
   * Returns the listener for writes that have failed for good.
   *
   * @return empty by default
   */
  public Optional<Consumer<WriteBehindFailure>> onFailure() {
    return Optional.ofNullable(onFailure);
  }
}
