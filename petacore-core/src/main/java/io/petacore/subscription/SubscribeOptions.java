package io.petacore.subscription;

import static java.util.Objects.requireNonNull;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** How a subscription is served. Immutable. */
public final class SubscribeOptions {

  private static final SubscribeOptions DEFAULTS =
      new SubscribeOptions(1_000, 1L << 20, Optional.empty(), true);

  private final int bufferChanges;
  private final long bufferBytes;
  private final Optional<Executor> executor;
  private final boolean initialState;

  private SubscribeOptions(
      int bufferChanges, long bufferBytes, Optional<Executor> executor, boolean initialState) {
    this.bufferChanges = bufferChanges;
    this.bufferBytes = bufferBytes;
    this.executor = executor;
    this.initialState = initialState;
  }

  /**
   * Returns the default options: a buffer of 1,000 changes and 1 MiB, the storage's executor, with
   * the initial state.
   *
   * @return the default options
   */
  public static SubscribeOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Returns a copy of these options with a buffer: up to which size revisions wait one by one for a
   * busy subscriber. Beyond it they are {@linkplain ChangeBatch#conflated conflated} into one
   * batch, which holds each key once and so is bounded by the range's keys. A single revision may
   * exceed the buffer.
   *
   * @param changes the maximum number of changes; 0 or more
   * @param bytes the maximum size of their keys and values; 0 or more
   * @return the copy
   * @throws IllegalArgumentException if one is negative
   */
  public SubscribeOptions buffer(int changes, long bytes) {
    if (changes < 0 || bytes < 0) {
      throw new IllegalArgumentException(
          "the buffer must not be negative: " + changes + " changes, " + bytes + " bytes");
    }
    return new SubscribeOptions(changes, bytes, executor, initialState);
  }

  /**
   * Returns a copy of these options with an executor for the calls. A listener that blocks for long
   * should have one of its own, unless the storage's is a fork-join pool, which learns of every
   * call and adds a thread for a blocked one.
   *
   * <p>A call that the executor rejects, or does not accept within half a second, runs on a thread
   * of the library.
   *
   * @param callExecutor never null; the storage does not shut it down
   * @return the copy
   */
  public SubscribeOptions executor(Executor callExecutor) {
    return new SubscribeOptions(
        bufferChanges,
        bufferBytes,
        Optional.of(requireNonNull(callExecutor, "callExecutor")),
        initialState);
  }

  /**
   * Returns a copy of these options without the initial state: the changes follow the revision that
   * is applied when the subscription is made, {@link Subscription#startRevision}.
   *
   * @return the copy
   */
  public SubscribeOptions withoutInitialState() {
    return new SubscribeOptions(bufferChanges, bufferBytes, executor, false);
  }

  /**
   * Returns the number of changes that are buffered.
   *
   * @return 0 or more
   */
  public int bufferChanges() {
    return bufferChanges;
  }

  /**
   * Returns the size of the keys and values that are buffered.
   *
   * @return the number of bytes; 0 or more
   */
  public long bufferBytes() {
    return bufferBytes;
  }

  /**
   * Returns the executor of the calls.
   *
   * @return empty for the storage's executor
   */
  public Optional<Executor> executor() {
    return executor;
  }

  /**
   * Returns whether the state is delivered before the changes.
   *
   * @return true by default
   */
  public boolean hasInitialState() {
    return initialState;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SubscribeOptions that
        && bufferChanges == that.bufferChanges
        && bufferBytes == that.bufferBytes
        && executor.equals(that.executor)
        && initialState == that.initialState;
  }

  @Override
  public int hashCode() {
    return Objects.hash(bufferChanges, bufferBytes, executor, initialState);
  }

  @Override
  public String toString() {
    return "SubscribeOptions{buffer="
        + bufferChanges
        + " changes, "
        + bufferBytes
        + " bytes"
        + executor.map(own -> ", executor=" + own).orElse("")
        + (initialState ? "" : ", withoutInitialState")
        + "}";
  }
}
