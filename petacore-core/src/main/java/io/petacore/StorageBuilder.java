package io.petacore;

import static io.petacore.StorageSettings.atLeastOne;
import static io.petacore.StorageSettings.notNegative;
import static io.petacore.StorageSettings.positive;
import static java.util.Objects.requireNonNull;

import io.petacore.clock.PhysicalClock;
import io.petacore.data.IndexFunction;
import io.petacore.data.KeyRange;
import io.petacore.error.NamespaceRefusedException;
import io.petacore.error.ReadOnlyStorageException;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreRefusedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.engine.Engine;
import io.petacore.internal.engine.StorageOpener;
import io.petacore.internal.mvcc.IndexDefinition;
import io.petacore.keyspace.KeyspaceIndex;
import io.petacore.store.KvStore;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.TransactionContext;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Settings of a storage to be opened. Changing them after {@link #open()} does not change the
 * opened storage. To be used by one thread. Setters throw {@link NullPointerException} for a null.
 */
public final class StorageBuilder {

  private final KvStore store;
  final StorageSettings settings = new StorageSettings(); // a simulation replaces parts

  StorageBuilder(KvStore store) {
    this.store = store;
  }

  /**
   * Sets the prefix of all keys of this storage. Default: empty, the whole key space.
   *
   * @param prefix empty, or ending in a delimiter, for example {@code shop/}
   * @return this builder
   */
  public StorageBuilder namespace(String prefix) {
    settings.namespace = requireNonNull(prefix, "prefix");
    return this;
  }

  /**
   * Sets the isolation level of transactions whose options don't choose one. Default: Snapshot.
   *
   * @param level never null
   * @return this builder
   */
  public StorageBuilder isolation(IsolationLevel level) {
    settings.isolation = requireNonNull(level, "level");
    return this;
  }

  /**
   * Sets how long superseded versions are kept, if {@link #maxHistoryBytes} allows. Default: 10 s.
   *
   * @param retention positive, at most 36,500 days
   * @return this builder
   * @throws IllegalArgumentException if it is not in that range
   */
  public StorageBuilder historyRetention(Duration retention) {
    settings.historyRetention = positive("historyRetention", retention);
    return this;
  }

  /**
   * Sets the maximum estimated heap footprint of superseded versions. Beyond it the oldest are
   * freed before their time, and transactions that still need them fail with {@link
   * TransactionTooOldException}. What an open {@link Snapshot} needs is kept nevertheless. Default:
   * 256 MiB, or an eighth of the maximum heap if that is less.
   *
   * @param bytes the number of bytes; 0 keeps none
   * @return this builder
   * @throws IllegalArgumentException if it is negative
   */
  public StorageBuilder maxHistoryBytes(long bytes) {
    settings.maxHistoryBytes = notNegative("maxHistoryBytes", bytes);
    return this;
  }

  /**
   * Sets the maximum estimated heap footprint of decoded values, which typed keyspaces keep beside
   * the versions that they come from; see {@link io.petacore.keyspace.Codec#estimatedBytes}. Beyond
   * it those not read lately are evicted, and are decoded again when they are read. Default: 64
   * MiB, or a sixteenth of the maximum heap if that is less.
   *
   * @param bytes the number of bytes; 0 keeps none, so that each read decodes
   * @return this builder
   * @throws IllegalArgumentException if it is negative
   */
  public StorageBuilder maxDecodedBytes(long bytes) {
    settings.maxDecodedBytes = notNegative("maxDecodedBytes", bytes);
    return this;
  }

  /**
   * Sets how long {@link #open()} may go without progress. Every part of the state that arrives is
   * progress, however large the state and slow the connection. Default: 30 s.
   *
   * @param timeout positive, at most 36,500 days
   * @return this builder
   * @throws IllegalArgumentException if it is not in that range
   */
  public StorageBuilder openTimeout(Duration timeout) {
    settings.openTimeout = positive("openTimeout", timeout);
    return this;
  }

  /**
   * Sets how long {@link #open()} may take in all. Default: not bounded.
   *
   * @param timeout positive, at most 36,500 days
   * @return this builder
   * @throws IllegalArgumentException if it is not in that range
   */
  public StorageBuilder openTotalTimeout(Duration timeout) {
    settings.openTotalTimeout = positive("openTotalTimeout", timeout);
    return this;
  }

  /**
   * Sets the timeout of a commit. It covers all attempts, and starts at the end of the body's first
   * run. Default: 10 s.
   *
   * @param timeout positive, at most 36,500 days
   * @return this builder
   * @throws IllegalArgumentException if it is not in that range
   */
  public StorageBuilder commitTimeout(Duration timeout) {
    settings.commitTimeout = positive("commitTimeout", timeout);
    return this;
  }

  /**
   * Sets how long {@link DistributedStorage#close()} waits for commits in flight, and before that
   * for open write-behind buffers. Commits that are not resolved by then are reported as of unknown
   * outcome. Default: 3 s.
   *
   * @param timeout positive, at most 36,500 days
   * @return this builder
   * @throws IllegalArgumentException if it is not in that range
   */
  public StorageBuilder closeTimeout(Duration timeout) {
    settings.closeTimeout = positive("closeTimeout", timeout);
    return this;
  }

  /**
   * Opens the storage for reading only, for which permission to read the namespace is enough. It
   * writes nothing to the store and opens no session, and a transaction that writes fails with
   * {@link ReadOnlyStorageException}. A namespace that no storage has ever been opened on is
   * followed as it is: empty, or with what foreign programs have written.
   *
   * @return this builder
   */
  public StorageBuilder readOnly() {
    settings.readOnly = true;
    return this;
  }

  /**
   * Sets the maximum difference between the clocks of two nodes. Timestamps further ahead are not
   * let into this node's clock. Timestamps rise in any case; the meaning of {@link
   * DistributedStorage#snapshotAt(java.time.Instant)} depends on it. Default: 500 ms.
   *
   * @param offset positive, at most 36,500 days
   * @return this builder
   * @throws IllegalArgumentException if it is not in that range
   */
  public StorageBuilder maxClockOffset(Duration offset) {
    settings.maxClockOffset = positive("maxClockOffset", offset);
    return this;
  }

  /**
   * Sets how long the store keeps this storage's session after its last renewal. A storage that was
   * disconnected or suspended for longer opens a new session; nothing that it had sent before can
   * be applied any more then. Default: 10 s.
   *
   * @param timeout positive, at most 36,500 days
   * @return this builder
   * @throws IllegalArgumentException if it is not in that range
   */
  public StorageBuilder sessionTimeout(Duration timeout) {
    settings.sessionTimeout = positive("sessionTimeout", timeout);
    return this;
  }

  /**
   * Sets how long nothing must have been applied before this node writes the commit record, which
   * changes no key of the application. So the applied revision of an idle namespace keeps up with
   * the cluster's, and after a short break compaction does not force the storage to load everything
   * again. Each node waits for up to one and a half times as long, so that of many usually one
   * writes. Should be a fraction of etcd's compaction interval. Without effect on a {@linkplain
   * #readOnly() read-only} storage. Default: one minute.
   *
   * @param interval positive, at most 36,500 days
   * @return this builder
   * @throws IllegalArgumentException if it is not in that range
   */
  public StorageBuilder idleWriteInterval(Duration interval) {
    settings.idleWriteInterval = positive("idleWriteInterval", interval);
    return this;
  }

  /**
   * Sets the maximum number of requests in flight. Commits that arrive meanwhile are sent together
   * in the next request. Default: 4.
   *
   * @param requests at least 1
   * @return this builder
   * @throws IllegalArgumentException if it is less than 1
   */
  public StorageBuilder maxInFlight(int requests) {
    settings.maxInFlight = atLeastOne("maxInFlight", requests);
    return this;
  }

  /**
   * Sets the maximum number of pending commits: transactions that wait to be sent or for their
   * outcome. A blocking call beyond it waits for a permit, its timeout running; an asynchronous one
   * fails with {@link io.petacore.error.CommitQueueFullException}. Default: 10,000.
   *
   * @param commits at least 1
   * @return this builder
   * @throws IllegalArgumentException if it is less than 1
   */
  public StorageBuilder maxPendingCommits(int commits) {
    settings.maxPendingCommits = atLeastOne("maxPendingCommits", commits);
    return this;
  }

  /**
   * Sets the maximum number of attempts of a transaction whose options don't choose one. Default:
   * 100.
   *
   * @param attempts how often the body is run at most; at least 1
   * @return this builder
   * @throws IllegalArgumentException if it is less than 1
   */
  public StorageBuilder maxAttempts(int attempts) {
    settings.maxAttempts = atLeastOne("maxAttempts", attempts);
    return this;
  }

  /**
   * Defines a secondary index, which {@link io.petacore.transaction.ReadView#index} reads. It is
   * kept in this storage's memory only: nothing is stored for it, and other storages of the
   * namespace may have other indexes.
   *
   * @param name 1 to 64 ASCII letters, digits, {@code .}, {@code _} and {@code -}
   * @param range the keys whose entries are indexed
   * @param function computes the index keys of an entry
   * @return this builder
   * @throws IllegalArgumentException if the name is not valid, or already defined
   */
  public StorageBuilder index(String name, KeyRange range, IndexFunction function) {
    return define(new IndexDefinition(name, range, function, false));
  }

  /**
   * Defines a secondary index in which no two entries may have the same index key. A transaction
   * that would give an index key a second holder fails with {@link
   * io.petacore.error.UniqueViolationException}, whichever node the holder was written on.
   *
   * <p>Every storage that writes to the range must define the index, with the same name, range and
   * function: entries written without it are found by lookups, and counted ({@code
   * uniqueViolations}) where they break the rule, but not prevented. For each index key given to an
   * entry, a reserved key is written in the same transaction. Read Committed transactions that
   * write to the range can conflict.
   *
   * @param name 1 to 64 ASCII letters, digits, {@code .}, {@code _} and {@code -}
   * @param range the keys whose entries are indexed
   * @param function computes the index keys of an entry
   * @return this builder
   * @throws IllegalArgumentException if the name is not valid, or already defined
   */
  public StorageBuilder uniqueIndex(String name, KeyRange range, IndexFunction function) {
    return define(new IndexDefinition(name, range, function, true));
  }

  /**
   * Defines a secondary index of a typed keyspace: {@linkplain #index(String, KeyRange,
   * IndexFunction) an index} of its range, or {@linkplain #uniqueIndex a unique one}.
   *
   * @param index the index
   * @return this builder
   * @throws IllegalArgumentException if its name is not valid, or already defined
   */
  public StorageBuilder index(KeyspaceIndex<?, ?, ?> index) {
    return define(
        new IndexDefinition(index.name(), index.keyspace().range(), index, index.isUnique()));
  }

  private StorageBuilder define(IndexDefinition index) {
    if (settings.indexes.putIfAbsent(index.name(), index) != null) {
      throw new IllegalArgumentException("the index '" + index.name() + "' is already defined");
    }
    return this;
  }

  /**
   * Sets the executor of application code that the library calls: status listeners, further runs of
   * asynchronous bodies, and dependents of their futures. Default: the common pool.
   *
   * <p>A task that the executor rejects, or does not accept within half a second, runs on a thread
   * of the library, {@code petacore-…-completions-…}, which neither applies changes nor runs
   * timers: outcomes are delivered in any case. An executor that drops tasks silently loses them.
   *
   * @param applicationExecutor never null; the storage does not shut it down
   * @return this builder
   */
  public StorageBuilder executor(Executor applicationExecutor) {
    settings.executor = requireNonNull(applicationExecutor, "applicationExecutor");
    return this;
  }

  /**
   * Sets a listener for changes of the status. It is called on the executor, one call at a time and
   * in order: after every change of state, and about once a second while a load is in progress.
   * Default: none.
   *
   * @param listener never null; an exception that it throws is logged
   * @return this builder
   */
  public StorageBuilder statusListener(Consumer<StorageStatus> listener) {
    settings.statusListener = requireNonNull(listener, "listener");
    return this;
  }

  /**
   * Sets what wraps the transactions of the storage, for example in spans of a tracer. The wrapper
   * replaces the storage for the abstract methods of {@link TransactionContext}; {@link
   * io.petacore.transaction.BulkWrites} are not wrapped. Default: none.
   *
   * @param transactionWrapper gets what runs transactions, and returns what callers use
   * @return this builder
   */
  public StorageBuilder wrapTransactions(UnaryOperator<TransactionContext> transactionWrapper) {
    settings.wrapper = requireNonNull(transactionWrapper, "transactionWrapper");
    return this;
  }

  /**
   * Sets the source of wall time. Default: the system's clock.
   *
   * @param clock read by any thread; must neither block nor throw
   * @return this builder
   */
  public StorageBuilder physicalClock(PhysicalClock clock) {
    settings.physicalClock = requireNonNull(clock, "clock");
    return this;
  }

  /**
   * Opens the storage. Returns when the whole state is in memory and the storage follows the store.
   *
   * @return the open storage; close it
   * @throws StoreUnavailableException if it takes longer than a timeout; the last failure of the
   *     store is its cause
   * @throws StoreRefusedException at once, if the store refuses this client in a way that waiting
   *     does not help: credentials, permission, TLS, an endpoint that is no such store
   * @throws StorageClosedException if the store was closed
   * @throws NamespaceRefusedException if the namespace overlaps another one, or has a format that
   *     this release can't read
   * @throws IllegalArgumentException if the namespace is neither empty nor ends in a delimiter
   */
  public DistributedStorage open() {
    Engine engine = new StorageOpener(settings.config(store)).open();
    try {
      return new DistributedStorage(engine, settings.wrapper);
    } catch (RuntimeException | Error failure) {
      engine.close();
      throw failure;
    }
  }
}
