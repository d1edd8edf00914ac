package io.petacore;

import static java.util.Objects.requireNonNull;

import io.petacore.clock.PhysicalClock;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.NamespaceRefusedException;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreRefusedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.TransactionConflictException;
import io.petacore.error.TransactionTooLargeException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.concurrent.ThreadScheduler;
import io.petacore.internal.format.Limits;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.store.KvStore;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionCall;
import io.petacore.transaction.TransactionOptions;
import io.petacore.transaction.TransactionTask;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A namespace of a store, held in memory: read here, changed in transactions that the store makes
 * durable and orders. Every storage on the same namespace, in this process or another, sees the
 * same commits in the same order.
 *
 * <p>Safe for use by many threads. Every call throws {@link StorageClosedException} once it is
 * closed, and so do reads of what was begun before; an iterator does when it has handed out the few
 * entries that it had looked up.
 *
 * <p>Transactions may end in
 *
 * <ul>
 *   <li>{@link TransactionConflictException}: others kept changing a key that it writes
 *   <li>{@link TransactionTooOldException}: each of its runs took longer than history is kept
 *   <li>{@link TransactionTooLargeException}: one request can't carry it
 *   <li>{@link StoreUnavailableException}: the store could not be reached in time
 *   <li>{@link CommitOutcomeUnknownException}: the answer to its commit was lost
 * </ul>
 *
 * and in nothing but the last may anything of it have been applied.
 */
public final class DistributedStorage implements AutoCloseable {

  final Engine engine;
  private final MvccCache cache; // the engine's own, at hand for every read

  private DistributedStorage(Engine engine) {
    this.engine = engine;
    this.cache = engine.cache();
  }

  /**
   * Opens the whole store, with the defaults of {@link Builder}.
   *
   * @see Builder#open()
   */
  public static DistributedStorage open(KvStore store) {
    return builder(store).open();
  }

  /**
   * Begins to set a storage up.
   *
   * @param store the store to follow; the storage does not close it
   */
  public static Builder builder(KvStore store) {
    return new Builder(requireNonNull(store, "store"));
  }

  /**
   * {@link #runTransaction(TransactionOptions, TransactionTask)} with the storage's own settings.
   */
  public <X extends Exception> CommitResult runTransaction(TransactionTask<X> body) throws X {
    return runTransaction(TransactionOptions.defaults(), body);
  }

  /**
   * Runs a body in a transaction, on this thread, and commits it. Runs it again on a conflict, and
   * where its snapshot is no longer kept, each time on a fresh snapshot, within the bounds of the
   * options. The body may run more than once, also if it only reads.
   *
   * @return what the commit was given; where the body wrote nothing, the revision it read at
   * @throws X what the body threw; nothing was applied
   */
  public <X extends Exception> CommitResult runTransaction(
      TransactionOptions options, TransactionTask<X> body) throws X {
    requireNonNull(options, "options");
    requireNonNull(body, "body");
    return engine.runner().run(options, body);
  }

  /** {@link #transaction(TransactionOptions, Consumer)} with the storage's own settings. */
  public CommitResult transaction(Consumer<? super Transaction> body) {
    return transaction(TransactionOptions.defaults(), body);
  }

  /**
   * {@link #runTransaction(TransactionOptions, TransactionTask)} for a body that throws nothing
   * checked, and for languages without checked exceptions, such as Kotlin, whose compilers can't
   * infer {@code X}.
   */
  public CommitResult transaction(TransactionOptions options, Consumer<? super Transaction> body) {
    requireNonNull(body, "body");
    TransactionTask<RuntimeException> task = body::accept;
    return runTransaction(options, task);
  }

  /** {@link #transactionResult(TransactionOptions, Function)} with the storage's own settings. */
  public <T extends @Nullable Object> T transactionResult(
      Function<? super Transaction, ? extends T> body) {
    return transactionResult(TransactionOptions.defaults(), body);
  }

  /**
   * {@link #callTransaction(TransactionOptions, TransactionCall)} for a body that throws nothing
   * checked, and for languages without checked exceptions, such as Kotlin, whose compilers can't
   * infer {@code X}.
   */
  public <T extends @Nullable Object> T transactionResult(
      TransactionOptions options, Function<? super Transaction, ? extends T> body) {
    requireNonNull(body, "body");
    TransactionCall<T, RuntimeException> call = body::apply;
    return callTransaction(options, call);
  }

  /**
   * {@link #callTransaction(TransactionOptions, TransactionCall)} with the storage's own settings.
   */
  public <T extends @Nullable Object, X extends Exception> T callTransaction(
      TransactionCall<T, X> body) throws X {
    return callTransaction(TransactionOptions.defaults(), body);
  }

  /**
   * Like {@link #runTransaction(TransactionOptions, TransactionTask)}, and returns what the body
   * returned in the run that was committed.
   *
   * @throws X what the body threw; nothing was applied
   */
  public <T extends @Nullable Object, X extends Exception> T callTransaction(
      TransactionOptions options, TransactionCall<T, X> body) throws X {
    requireNonNull(options, "options");
    requireNonNull(body, "body");
    return engine.runner().call(options, body);
  }

  /**
   * Runs a body in a transaction, on this thread, and returns while it is being committed. Should
   * it run again, it does so on the storage's executor, as does whatever is chained to the future.
   * The future fails with what the body threw, or with the exception of the commit; cancelling it
   * changes nothing.
   */
  public CompletableFuture<CommitResult> runTransactionAsync(
      TransactionOptions options, TransactionTask<?> body) {
    requireNonNull(options, "options");
    requireNonNull(body, "body");
    return engine.runner().runAsync(options, body);
  }

  /**
   * Deletes every key of a range that is present, in as many transactions as it takes, each as
   * large as one request can carry; on this thread. Not atomic: others see the keys go in steps, in
   * their order, and where it ends in an exception, what was deleted before stays deleted. What
   * others write to the range meanwhile may be deleted or not. To delete a range as a whole, see
   * {@link Transaction#delete(KeyRange)}.
   *
   * @return how many keys were deleted
   */
  public long delete(KeyRange range) {
    requireNonNull(range, "range");
    return engine.runner().delete(range);
  }

  /**
   * Begins a transaction that is committed explicitly, in one attempt. Its timeout counts from the
   * commit.
   */
  public Transaction begin(TransactionOptions options) {
    requireNonNull(options, "options");
    return engine.runner().begin(options);
  }

  /**
   * Pins the newest state for reading; close it. What this storage has reported as committed is in
   * it: it waits for that, should it not have come back from the store yet.
   *
   * @throws StoreUnavailableException if it does not within the commit timeout
   */
  public Snapshot snapshot() {
    return engine.runner().snapshot();
  }

  /**
   * Pins the state at a moment of the past, by the clocks of those who committed.
   *
   * @throws TransactionTooOldException where the answer is not final, or would not be the same on
   *     every node: after the newest commit, before what is kept, and where this node did not
   *     follow the store revision by revision; the message says which
   */
  public Snapshot snapshotAt(Instant instant) {
    return snapshotAt(nanosSinceTheEpoch(requireNonNull(instant, "instant")));
  }

  /** The greatest or the least number for a moment that has none: it is refused with its reason. */
  private static long nanosSinceTheEpoch(Instant instant) {
    try {
      return ChronoUnit.NANOS.between(Instant.EPOCH, instant);
    } catch (ArithmeticException outside) {
      return instant.isBefore(Instant.EPOCH) ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }

  /**
   * Pins the state at a version of the past, in nanoseconds since the epoch, as {@link
   * CommitResult#timestamp()} gives it.
   *
   * @throws TransactionTooOldException as {@link #snapshotAt(Instant)}
   */
  public Snapshot snapshotAt(long timestamp) {
    return engine.runner().snapshotAt(timestamp);
  }

  /** One read of the newest state in memory; null if the key is absent. Never waits. */
  public @Nullable Bytes read(Bytes key) {
    return cache.newest(Limits.requireKey(key));
  }

  /**
   * One read of the newest state in memory, key and value as UTF-8; null if the key is absent.
   * Never waits.
   *
   * @throws IllegalStateException if the value is not UTF-8
   */
  public @Nullable String read(String key) {
    Bytes value = read(Bytes.utf8(requireNonNull(key, "key")));
    return value == null ? null : value.toUtf8();
  }

  /** How the storage is doing. May be asked when it is closed, too. */
  public StorageStatus status() {
    return engine.status();
  }

  /** Whether the storage is following the store. */
  public boolean isSynced() {
    return status().state() == StorageStatus.State.SYNCED;
  }

  /** The last revision whose every change is in memory. */
  public long appliedRevision() {
    return engine.appliedRevision();
  }

  /**
   * Closes the storage, not its store. Commits that were not sent fail with {@link
   * StorageClosedException}; those on their way are waited for, up to {@link Builder#closeTimeout}.
   * No thread of the storage is left when it returns. Idempotent; may be called from anywhere.
   */
  @Override
  public void close() {
    engine.close();
  }

  /** The settings of a storage to be opened. To be used by one thread. */
  public static final class Builder {
    /** So that sums of a few durations still fit in nanoseconds. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    final KvStore store;
    String namespace = "";
    IsolationLevel isolation = IsolationLevel.SNAPSHOT;
    Duration historyRetention = Duration.ofSeconds(10);
    long maxHistoryBytes = Math.min(256L << 20, Runtime.getRuntime().maxMemory() / 8);
    Duration openTimeout = Duration.ofSeconds(30);
    Duration openTotalTimeout = LONGEST;
    Duration commitTimeout = Duration.ofSeconds(10);
    Duration closeTimeout = Duration.ofSeconds(3);
    Duration maxClockOffset = Duration.ofMillis(500);
    Duration sessionTimeout = Duration.ofSeconds(10);
    boolean readOnly;
    int maxAttempts = 100;
    int maxInFlight = 4;
    int maxPendingCommits = 10_000;
    Executor executor = ForkJoinPool.commonPool();
    Consumer<StorageStatus> statusListener = status -> {};
    PhysicalClock physicalClock = PhysicalClock.system();
    Function<String, Scheduler> schedulers = ThreadScheduler::new; // a simulation gives its own
    MvccCache.Maker caches = MvccCache::new; // as well

    private Builder(KvStore store) {
      this.store = store;
    }

    /**
     * The prefix of all keys of this storage; empty (the default), or ending in a delimiter, for
     * example {@code shop/}.
     */
    public Builder namespace(String prefix) {
      this.namespace = requireNonNull(prefix, "prefix");
      return this;
    }

    /** The isolation level of transactions that don't choose one; Snapshot by default. */
    public Builder isolation(IsolationLevel level) {
      this.isolation = requireNonNull(level, "level");
      return this;
    }

    /**
     * How long superseded versions are kept, if {@link #maxHistoryBytes} allows; 10 s by default.
     */
    public Builder historyRetention(Duration retention) {
      this.historyRetention = positive("historyRetention", retention);
      return this;
    }

    /**
     * How much of the heap superseded versions may take; 256 MiB by default, or an eighth of the
     * heap where that is less. Beyond it the oldest are freed before their time, and transactions
     * that still need them end as too old. What an open {@link Snapshot} needs is kept all the
     * same.
     */
    public Builder maxHistoryBytes(long bytes) {
      if (bytes < 0) {
        throw new IllegalArgumentException("maxHistoryBytes must not be negative: " + bytes);
      }
      this.maxHistoryBytes = bytes;
      return this;
    }

    /**
     * How long {@link #open()} may go without progress; 30 s by default. As long as parts of the
     * state arrive it goes on, however large the state and slow the connection; {@link
     * #openTotalTimeout} bounds the whole.
     */
    public Builder openTimeout(Duration timeout) {
      this.openTimeout = positive("openTimeout", timeout);
      return this;
    }

    /** How long {@link #open()} may take in all; not bounded by default. */
    public Builder openTotalTimeout(Duration timeout) {
      this.openTotalTimeout = positive("openTotalTimeout", timeout);
      return this;
    }

    /**
     * How long a commit may take, from the end of the body's first run on, all attempts; 10 s by
     * default.
     */
    public Builder commitTimeout(Duration timeout) {
      this.commitTimeout = positive("commitTimeout", timeout);
      return this;
    }

    /**
     * How long {@link DistributedStorage#close()} waits for commits that are on their way; 3 s by
     * default. What is not resolved by then is reported as of unknown outcome.
     */
    public Builder closeTimeout(Duration timeout) {
      this.closeTimeout = positive("closeTimeout", timeout);
      return this;
    }

    /**
     * Opens the storage for reading only, which takes permission to read the namespace and nothing
     * else: nothing is written to the store, no session is opened, and a transaction that writes
     * ends in {@link io.petacore.error.ReadOnlyStorageException}. A namespace that no storage was
     * ever opened on is followed as it is: empty, or with what other programs have written.
     */
    public Builder readOnly() {
      this.readOnly = true;
      return this;
    }

    /**
     * How far the clocks of two nodes may be apart; 500 ms by default. Timestamps further ahead are
     * kept out of this node's clock. Versions rise all the same; it is answers about moments of the
     * past that rest on it.
     */
    public Builder maxClockOffset(Duration offset) {
      this.maxClockOffset = positive("maxClockOffset", offset);
      return this;
    }

    /**
     * How long the store keeps this storage's session after it was heard of last; 10 s by default.
     * A storage that was cut off or asleep for longer begins a new one; nothing that it had sent
     * before can be applied then any more.
     */
    public Builder sessionTimeout(Duration timeout) {
      this.sessionTimeout = positive("sessionTimeout", timeout);
      return this;
    }

    /**
     * How many requests may be on their way at a time; 4 by default. Commits that arrive while so
     * many are leave together in the next one.
     */
    public Builder maxInFlight(int requests) {
      this.maxInFlight = atLeastOne("maxInFlight", requests);
      return this;
    }

    /**
     * How many transactions may be waiting for their outcome at a time; 10,000 by default. The next
     * one waits until there is room, its timeout running.
     */
    public Builder maxPendingCommits(int commits) {
      this.maxPendingCommits = atLeastOne("maxPendingCommits", commits);
      return this;
    }

    /** How often a body is run at most; 100 by default. */
    public Builder maxAttempts(int attempts) {
      this.maxAttempts = atLeastOne("maxAttempts", attempts);
      return this;
    }

    /**
     * Runs application code that the library calls: status listeners, bodies of asynchronous
     * transactions that run again, and what is chained to their futures. The common pool by
     * default.
     *
     * <p>What the executor refuses, and what it has not accepted within half a second, runs on a
     * thread of the library, {@code petacore-…-completions-…}, which neither applies changes nor
     * keeps time: outcomes are delivered in any case. An executor that drops tasks silently loses
     * them.
     */
    public Builder executor(Executor applicationExecutor) {
      requireNonNull(applicationExecutor, "applicationExecutor");
      this.executor = applicationExecutor;
      return this;
    }

    /**
     * Told of every change of state, and about once a second of the progress of a load, on the
     * executor, one at a time and in order.
     */
    public Builder statusListener(Consumer<StorageStatus> listener) {
      this.statusListener = requireNonNull(listener, "listener");
      return this;
    }

    /** Where wall time comes from; the system's clock by default. */
    public Builder physicalClock(PhysicalClock clock) {
      this.physicalClock = requireNonNull(clock, "clock");
      return this;
    }

    private static int atLeastOne(String name, int value) {
      if (value < 1) {
        throw new IllegalArgumentException(name + " must be at least 1: " + value);
      }
      return value;
    }

    private static Duration positive(String name, Duration duration) {
      requireNonNull(duration, name);
      if (duration.isNegative() || duration.isZero()) {
        throw new IllegalArgumentException(name + " must be positive: " + duration);
      }
      if (duration.compareTo(LONGEST) > 0) {
        throw new IllegalArgumentException(name + " must be at most " + LONGEST + ": " + duration);
      }
      return duration;
    }

    /**
     * Opens the storage: returns when everything is in memory and the store is being followed.
     *
     * @throws StoreUnavailableException if that takes longer than the timeout; the last failure of
     *     the store is its cause
     * @throws StoreRefusedException at once, if the store refuses this client in a way that waiting
     *     does not mend: credentials, permission, TLS, an endpoint that is no such store
     * @throws StorageClosedException if the store was closed
     * @throws NamespaceRefusedException if the namespace overlaps another one, or has a format that
     *     this release can't read
     * @throws IllegalArgumentException if the namespace is neither empty nor ends in a delimiter
     */
    public DistributedStorage open() {
      return new DistributedStorage(new StorageOpener(this).open());
    }
  }
}
