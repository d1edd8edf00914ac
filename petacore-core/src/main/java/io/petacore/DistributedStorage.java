package io.petacore;

import static java.util.Objects.requireNonNull;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.data.Timestamp;
import io.petacore.error.PetaCoreException;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.decoded.StorageViews;
import io.petacore.internal.engine.Engine;
import io.petacore.internal.transaction.NewestView;
import io.petacore.metrics.StorageMetrics;
import io.petacore.store.KvStore;
import io.petacore.subscription.ChangeBatch;
import io.petacore.subscription.ChangeListener;
import io.petacore.subscription.ChangeSource;
import io.petacore.subscription.SubscribeOptions;
import io.petacore.subscription.Subscription;
import io.petacore.transaction.BulkLoadOptions;
import io.petacore.transaction.BulkWrites;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.IndexView;
import io.petacore.transaction.ReadView;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.ThrowingTransactionCall;
import io.petacore.transaction.ThrowingTransactionTask;
import io.petacore.transaction.TransactionContext;
import io.petacore.transaction.TransactionOptions;
import io.petacore.transaction.WriteBehind;
import io.petacore.transaction.WriteBehindOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A namespace of a store, held in memory: read here, changed in transactions that the store makes
 * durable and orders. Every storage on the same namespace, in this process or another, sees the
 * same commits in the same order.
 *
 * <p>As a {@link ReadView}, it reads the newest applied state: each read by itself, each scan as of
 * the moment when its iterator is made. For several reads of one state, use a transaction or a
 * {@link #snapshot()}.
 *
 * <p>Safe for use by many threads. After {@link #close()} every call but {@link #status()} fails
 * with {@link StorageClosedException}, and so do reads of views that were opened before.
 */
public final class DistributedStorage
    implements ReadView, TransactionContext, BulkWrites, ChangeSource, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(DistributedStorage.class);

  static {
    StorageViews.register(view -> view instanceof DistributedStorage opened ? opened.newest : null);
  }

  final Engine engine;
  private final NewestView newest;
  private final StorageMetrics metrics;

  private final TransactionContext transactions;

  DistributedStorage(Engine engine, UnaryOperator<TransactionContext> wrapper) {
    this.engine = engine;
    this.metrics = new MetricValues(engine);
    this.transactions =
        requireNonNull(wrapper.apply(new StorageTransactions(engine)), "the wrapper returned null");
    this.newest = new NewestView(engine.cache(), engine.decodedValues());
  }

  /**
   * Opens a storage on the whole key space of a store, with default settings.
   *
   * @param store the store to follow; the storage does not close it
   * @return the open storage
   * @throws PetaCoreException as {@link StorageBuilder#open()} does
   */
  public static DistributedStorage open(KvStore store) {
    return builder(store).open();
  }

  /**
   * Returns a builder with default settings.
   *
   * @param store the store to follow; the storage does not close it
   * @return the builder
   */
  public static StorageBuilder builder(KvStore store) {
    return new StorageBuilder(requireNonNull(store, "store"));
  }

  // ---- writing

  @Override
  public <X extends Exception> CommitResult runTransactionThrowing(
      TransactionOptions options, ThrowingTransactionTask<X> body) throws X {
    return transactions.runTransactionThrowing(options, body);
  }

  @Override
  public <T extends @Nullable Object, X extends Exception> T callTransactionThrowing(
      TransactionOptions options, ThrowingTransactionCall<T, X> body) throws X {
    return transactions.callTransactionThrowing(options, body);
  }

  @Override
  public CompletableFuture<CommitResult> runTransactionAsync(
      TransactionOptions options, ThrowingTransactionTask<?> body) {
    return transactions.runTransactionAsync(options, body);
  }

  @Override
  public <T extends @Nullable Object> CompletableFuture<T> callTransactionAsync(
      TransactionOptions options, ThrowingTransactionCall<T, ?> body) {
    return transactions.callTransactionAsync(options, body);
  }

  @Override
  public ExplicitTransaction begin(TransactionOptions options) {
    return transactions.begin(options);
  }

  @Override
  public long delete(KeyRange range) {
    requireNonNull(range, "range");
    return engine.runner().delete(range);
  }

  @Override
  public long bulkLoad(Iterable<Entry> entries, BulkLoadOptions options) {
    requireNonNull(entries, "entries");
    requireNonNull(options, "options");
    return engine.runner().load(entries.iterator(), options);
  }

  @Override
  public long bulkLoad(Stream<Entry> entries, BulkLoadOptions options) {
    requireNonNull(entries, "entries");
    requireNonNull(options, "options");
    return engine.runner().load(entries.iterator(), options);
  }

  @Override
  public WriteBehind writeBehind(WriteBehindOptions options) {
    return engine.writeBehinds().open(requireNonNull(options, "options"));
  }

  // ---- reading

  /**
   * Pins the newest state for reading. Waits until every commit that this storage has acknowledged
   * is applied.
   *
   * @return the snapshot; close it
   * @throws StoreUnavailableException if that takes longer than the commit timeout
   */
  public Snapshot snapshot() {
    return snapshot(TransactionOptions.defaults());
  }

  /**
   * Pins the newest state for reading, as {@link #snapshot()}, as soon as it is as new as the
   * options demand.
   *
   * @param options of which {@link TransactionOptions#atLeast(long) atLeast}, {@link
   *     TransactionOptions#latest() latest}, timeout and failFast count
   * @return the snapshot; close it
   * @throws StoreUnavailableException if that takes longer than the timeout
   */
  public Snapshot snapshot(TransactionOptions options) {
    requireNonNull(options, "options");
    return engine.runner().snapshots().newest(options);
  }

  /**
   * Waits until everything is applied here that the namespace held in the store at the call: the
   * commits of every node, and foreign writes. Costs a write of the commit record, which callers
   * share, and commits that are sent meanwhile. Whether it was written is no matter if the call
   * fails: it changes nothing. With default options; see {@link #barrier(TransactionOptions)}.
   *
   * @return the revision of the barrier, which is applied
   * @throws PetaCoreException as {@link #barrier(TransactionOptions)} does
   */
  public long barrier() {
    return barrier(TransactionOptions.defaults());
  }

  /**
   * Waits for a barrier, as {@link #barrier()}, within the timeout of options.
   *
   * @param options of which timeout and failFast count
   * @return the revision of the barrier, which is applied
   * @throws StoreUnavailableException if it is not applied within the timeout
   * @throws io.petacore.error.ReadOnlyStorageException if the storage is read-only; {@link
   *     TransactionOptions#latest()} needs no permission to write
   * @throws PetaCoreException if the store refuses the write, or the storage is closed
   */
  public long barrier(TransactionOptions options) {
    requireNonNull(options, "options");
    return engine.runner().barriers().await(options);
  }

  /**
   * Waits for a barrier, as {@link #barrier()}, without blocking.
   *
   * @return as {@link #barrierAsync(TransactionOptions)}
   */
  public CompletableFuture<Long> barrierAsync() {
    return barrierAsync(TransactionOptions.defaults());
  }

  /**
   * Waits for a barrier, as {@link #barrier(TransactionOptions)}, without blocking.
   *
   * @param options of which timeout and failFast count
   * @return completes on the executor with the revision of the barrier, which is applied; fails
   *     with what {@link #barrier(TransactionOptions)} throws
   */
  public CompletableFuture<Long> barrierAsync(TransactionOptions options) {
    requireNonNull(options, "options");
    try {
      return engine.runner().barriers().start(options);
    } catch (StorageClosedException closed) {
      return CompletableFuture.failedFuture(closed);
    }
  }

  /**
   * Pins the state at a wall-clock time of the past, by the clocks of the nodes that committed.
   *
   * @param instant the time
   * @return the snapshot; close it
   * @throws TransactionTooOldException as {@link #snapshotAt(Timestamp)}
   */
  public Snapshot snapshotAt(Instant instant) {
    return snapshotAt(Timestamp.of(instant));
  }

  /**
   * Pins the state at a timestamp of the past, for example that of a {@link CommitResult}. Every
   * node gives the same answer, or none.
   *
   * @param timestamp the timestamp; its state holds every commit up to it
   * @return the snapshot; close it
   * @throws TransactionTooOldException if the answer is not final or not the same on every node: at
   *     or after the newest applied commit, before the oldest version kept, and where this node did
   *     not follow the store revision by revision; the message says which
   */
  public Snapshot snapshotAt(Timestamp timestamp) {
    requireNonNull(timestamp, "timestamp");
    return engine.runner().snapshots().at(timestamp);
  }

  /**
   * Pins the state at a revision of the store, for example that of a {@link CommitResult}.
   *
   * @param revision a revision up to the {@linkplain #revision() newest applied} one
   * @return the snapshot; close it
   * @throws TransactionTooOldException if the revision is not applied yet, is no longer kept, or if
   *     this node did not follow the store revision by revision there; the message says which
   */
  public Snapshot snapshotAtRevision(long revision) {
    return engine.runner().snapshots().atRevision(revision);
  }

  @Override
  public @Nullable Bytes read(Bytes key) {
    return newest.read(key);
  }

  @Override
  public Iterable<Entry> scan(KeyRange range) {
    return newest.scan(range);
  }

  @Override
  public Iterable<Entry> scanDescending(KeyRange range) {
    return newest.scanDescending(range);
  }

  @Override
  public long count(KeyRange range) {
    return newest.count(range);
  }

  @Override
  public IndexView index(String name) {
    return newest.index(name);
  }

  /**
   * Returns the last revision whose every change is in memory.
   *
   * @return the newest applied revision
   */
  @Override
  public long revision() {
    return newest.revision();
  }

  /**
   * Waits until a revision is applied here, for example that of a {@link CommitResult} on another
   * node.
   *
   * @param revision the revision
   * @param timeout how long to wait; not positive to return or fail at once
   * @throws StoreUnavailableException if it is not applied within the timeout, if the store is
   *     restored to another history meanwhile, or if the thread is interrupted
   */
  public void awaitRevision(long revision, Duration timeout) {
    engine.runner().awaitRevision(revision, requireNonNull(timeout, "timeout"));
  }

  @Override
  public Subscription subscribe(KeyRange range, SubscribeOptions options, ChangeListener listener) {
    requireNonNull(range, "range");
    requireNonNull(options, "options");
    requireNonNull(listener, "listener");
    return engine.subscriptions().subscribe(range, options, listener);
  }

  @Override
  public Flow.Publisher<ChangeBatch> changes(KeyRange range, SubscribeOptions options) {
    requireNonNull(range, "range");
    requireNonNull(options, "options");
    return engine.currentSubscriptions().changes(range, options);
  }

  // ---- the storage itself

  /**
   * Returns the status of the storage. Works on a closed storage, too.
   *
   * @return the status at this moment
   */
  public StorageStatus status() {
    return StatusSource.statusOf(engine);
  }

  /**
   * Returns the metrics of the storage, to be exported to a monitoring system.
   *
   * @return the metrics, as long-lived as the storage
   */
  public StorageMetrics metrics() {
    return metrics;
  }

  /** {@return whether it follows the store: its state is {@link StorageStatus.State#SYNCED}} */
  public boolean isSynced() {
    return status().state() == StorageStatus.State.SYNCED;
  }

  /**
   * Closes the storage, but not its store. Open {@link WriteBehind} buffers are flushed for up to
   * {@link StorageBuilder#closeTimeout}; what they still hold then is reported as failed. Commits
   * that were not sent fail with {@link StorageClosedException}; commits in flight are awaited for
   * up to the same time again. No thread of the storage is left when it returns. Idempotent; may be
   * called from any thread.
   */
  @Override
  public void close() {
    boolean first = !engine.isClosed();
    engine.close();
    if (first) {
      log.debug("namespace {}: closed; {}", engine.namespace(), StatusSource.countersOf(engine));
    }
  }
}
