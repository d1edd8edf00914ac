package io.petacore.transaction;

import static java.util.Objects.requireNonNull;

import java.util.function.LongConsumer;

/** How a bulk load runs. Immutable. */
public final class BulkLoadOptions {

  private static final BulkLoadOptions DEFAULTS = new BulkLoadOptions(0, 4, durable -> {});

  private final long resumeAt;
  private final int maxInFlight;
  private final LongConsumer progress;

  private BulkLoadOptions(long resumeAt, int maxInFlight, LongConsumer progress) {
    this.resumeAt = resumeAt;
    this.maxInFlight = maxInFlight;
    this.progress = progress;
  }

  /**
   * Returns options that load everything.
   *
   * @return the default options
   */
  public static BulkLoadOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Returns a copy of these options that skips entries that an earlier load has made durable.
   *
   * @param entries the number of entries at the start of the input to skip, for example {@code
   *     BulkLoadException.durable()}; 0 or more
   * @return the copy
   * @throws IllegalArgumentException if it is negative
   */
  public BulkLoadOptions resumeAt(long entries) {
    if (entries < 0) {
      throw new IllegalArgumentException("resumeAt must not be negative: " + entries);
    }
    return new BulkLoadOptions(entries, maxInFlight, progress);
  }

  /**
   * Returns a copy of these options with a maximum number of transactions in flight. Default: 4.
   *
   * @param transactions at least 1
   * @return the copy
   * @throws IllegalArgumentException if it is less than 1
   */
  public BulkLoadOptions maxInFlight(int transactions) {
    if (transactions < 1) {
      throw new IllegalArgumentException("maxInFlight must be at least 1: " + transactions);
    }
    return new BulkLoadOptions(resumeAt, transactions, progress);
  }

  /**
   * Returns a copy of these options with a listener for progress.
   *
   * @param durable gets the number of entries at the start of the input that are durable, after
   *     each transaction, on the thread that loads; an exception that it throws ends the load
   * @return the copy
   */
  public BulkLoadOptions onProgress(LongConsumer durable) {
    return new BulkLoadOptions(resumeAt, maxInFlight, requireNonNull(durable, "durable"));
  }

  /**
   * Returns how many entries are skipped.
   *
   * @return 0 or more
   */
  public long resumeAt() {
    return resumeAt;
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
   * Returns the listener for progress.
   *
   * @return a listener that does nothing by default
   */
  public LongConsumer progress() {
    return progress;
  }
}
