package io.petacore.store.embedded;

import io.petacore.data.KeyRange;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.KvStore;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import io.petacore.store.StoreException;
import io.petacore.store.StoreLimits;
import io.petacore.store.Watch;
import io.petacore.store.WatchListener;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A store in memory with etcd's semantics: revisions, history and compaction, guarded batches,
 * watches and leases. For trying the library, for unit tests, and for several nodes in one process;
 * nothing survives {@link #close()}.
 *
 * <p><b>Stricter than etcd on purpose.</b> A batch that changes a key more than once always fails
 * with {@link StoreException.Kind#REJECTED}: two puts, a put and a delete in either order, two
 * deletes, also across groups, whether or not the groups' guards hold. The size of a request is
 * counted as the lengths of its keys and values plus 32 bytes per guard, operation and read.
 *
 * <p><b>History.</b> The newest revisions are kept for reads and watches, up to {@link
 * Builder#historyBytes}, counted as keys, values and 128 bytes per change. Older revisions are
 * compacted one by one as new ones are committed.
 *
 * <p><b>Threads.</b> One lock serializes all writes; no foreign code but the lease ticker runs
 * under it. Reads take no lock. A call returns a completed future, so dependent actions run on the
 * caller's thread. Listeners are called without the lock by the store's only thread, a daemon; a
 * listener that blocks delays all watches. If the store is closed, {@link #watch} calls the
 * listener on the caller's thread before it returns.
 */
public final class EmbeddedKvStore implements KvStore {
  private final ReentrantLock lock = new ReentrantLock();
  private final StoreLimits limits;
  private final LongSupplier ticker;
  private final Leases leases = new Leases();
  private final KeySpace keys;
  private final Committer committer;
  private final DeliveryLoop loop;

  private EmbeddedKvStore(Builder builder) {
    this.limits = new StoreLimits(builder.maxOperations, builder.maxRequestBytes);
    this.ticker = builder.leaseTicker;
    this.keys = new KeySpace(leases, builder.historyBytes);
    this.committer = new Committer(keys, leases);
    this.loop = new DeliveryLoop(lock, keys, leases, committer, ticker, builder.realTime);
    loop.start();
  }

  /**
   * Creates an empty store with etcd's default limits.
   *
   * @return the open store; close it
   */
  public static EmbeddedKvStore inMemory() {
    return builder().build();
  }

  /** {@return a new builder with the settings of {@link #inMemory()}} */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public CompletableFuture<RangePage> range(RangeRequest request) {
    return answer(
        () -> {
          if (request.revision() < 0 || request.limit() < 0) {
            throw new StoreException(
                StoreException.Kind.REJECTED, "negative revision or limit: " + request, null);
          }
          requireOpen();
          return keys.page(request);
        });
  }

  @Override
  public CompletableFuture<BatchResult> commit(Batch batch) {
    return answer(
        () -> {
          BatchRules.check(batch, limits);
          return locked(() -> committer.commit(batch));
        });
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the revision is not positive
   */
  @Override
  public Watch watch(KeyRange range, long fromRevision, WatchListener listener) {
    if (fromRevision < 1) {
      throw new IllegalArgumentException("revisions start at 1: " + fromRevision);
    }
    EmbeddedWatch watch = new EmbeddedWatch(range, fromRevision, listener);
    lock.lock();
    try {
      if (!loop.isClosed()) {
        loop.add(watch);
        return watch;
      }
    } finally {
      lock.unlock();
    }
    watch.end(closed());
    return watch;
  }

  /**
   * Compacts the history: reads and watches below a revision fail with {@link
   * StoreException.Kind#COMPACTED} from now on. Has no effect if it is compacted already.
   *
   * @param revision the oldest revision that stays readable
   * @throws StoreException {@link StoreException.Kind#FUTURE_REVISION} above the newest revision,
   *     {@link StoreException.Kind#CLOSED}
   */
  public void compact(long revision) {
    locked(
        () -> {
          if (revision > keys.newest()) {
            throw new StoreException(
                StoreException.Kind.FUTURE_REVISION,
                "cannot compact at " + revision + ", the newest revision is " + keys.newest(),
                null);
          }
          keys.compact(revision);
          return revision;
        });
  }

  @Override
  public CompletableFuture<Long> grantLease(Duration timeToLive) {
    return answer(
        () -> {
          if (timeToLive.isNegative() || timeToLive.isZero()) {
            throw new StoreException(
                StoreException.Kind.REJECTED, "the time to live must be positive", null);
          }
          return locked(() -> leases.grant(nanos(timeToLive), ticker.getAsLong()));
        });
  }

  private static long nanos(Duration timeToLive) {
    return timeToLive.compareTo(Duration.ofNanos(Leases.MAX_NANOS)) < 0
        ? timeToLive.toNanos()
        : Leases.MAX_NANOS;
  }

  @Override
  public CompletableFuture<Void> renewLease(long lease) {
    return done(
        () -> {
          if (!locked(() -> leases.renew(lease, ticker.getAsLong()))) {
            throw new StoreException(
                StoreException.Kind.LEASE_NOT_FOUND, "the lease " + lease + " has ended", null);
          }
        });
  }

  @Override
  public CompletableFuture<Void> revokeLease(long lease) {
    return done(() -> locked(() -> committer.end(lease)));
  }

  /**
   * Expires the leases that are due by the ticker; to be called after a custom ticker was advanced.
   * With the default ticker the store expires leases by itself.
   *
   * @throws StoreException {@link StoreException.Kind#CLOSED}
   */
  public void expireLeases() {
    locked(keys::newest);
  }

  @Override
  public StoreLimits limits() {
    return limits;
  }

  @Override
  public CompletableFuture<String> describe() {
    return answer(
        () -> {
          requireOpen();
          return "PetaCore embedded store, in memory";
        });
  }

  /**
   * {@inheritDoc}
   *
   * <p>If called by a listener, it returns before the store's thread has terminated, which it does
   * when the listener returns. A listener that does not return within 30 seconds is logged and
   * abandoned.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      loop.close();
    } finally {
      lock.unlock();
    }
    loop.awaitEnd();
  }

  /** The number of watches held, for tests. */
  int watches() {
    return locked(loop::watches);
  }

  /**
   * Runs an action under the lock, after expired leases have ended, and wakes the store's thread to
   * deliver its changes.
   */
  private <T> T locked(Supplier<T> work) {
    lock.lock();
    try {
      requireOpen();
      committer.expire(ticker.getAsLong());
      return work.get();
    } finally {
      loop.wake();
      lock.unlock();
    }
  }

  private void requireOpen() {
    if (loop.isClosed()) {
      throw closed();
    }
  }

  private static StoreException closed() {
    return new StoreException(StoreException.Kind.CLOSED, "the store is closed", null);
  }

  private static CompletableFuture<Void> done(Runnable work) {
    try {
      work.run();
      return CompletableFuture.allOf();
    } catch (StoreException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static <T> CompletableFuture<T> answer(Supplier<T> work) {
    try {
      return CompletableFuture.completedFuture(work.get());
    } catch (StoreException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Settings for an {@link EmbeddedKvStore}. Not safe for use by several threads. */
  public static final class Builder {
    private int maxOperations = 128;
    private int maxRequestBytes = 1 << 20;
    private long historyBytes = 256L << 20;
    private LongSupplier leaseTicker = System::nanoTime;
    private boolean realTime = true;

    private Builder() {}

    /**
     * Sets the maximum number of operations of a batch, see {@link StoreLimits}. Default: 128.
     *
     * @param operations at least 1
     * @return this builder
     * @throws IllegalArgumentException if it is less than 1
     */
    public Builder maxOperations(int operations) {
      maxOperations = Math.toIntExact(positive("maxOperations", operations));
      return this;
    }

    /**
     * Sets the maximum size of a request. Default: 1 MiB.
     *
     * @param bytes the number of bytes as counted in {@link EmbeddedKvStore}; at least 1
     * @return this builder
     * @throws IllegalArgumentException if it is less than 1
     */
    public Builder maxRequestBytes(int bytes) {
      maxRequestBytes = Math.toIntExact(positive("maxRequestBytes", bytes));
      return this;
    }

    /**
     * Sets the maximum size of the history. The newest revision is kept whatever its size. Default:
     * 256 MiB.
     *
     * @param bytes the number of bytes as counted in {@link EmbeddedKvStore}; at least 1
     * @return this builder
     * @throws IllegalArgumentException if it is less than 1
     */
    public Builder historyBytes(long bytes) {
      historyBytes = positive("historyBytes", bytes);
      return this;
    }

    /**
     * Sets the clock of the leases. With a custom ticker, leases expire only at the next {@link
     * EmbeddedKvStore#expireLeases()}, commit or lease call; with the default, {@link
     * System#nanoTime()}, by themselves.
     *
     * @param nanoseconds returns nanoseconds with an arbitrary origin, never decreasing; read under
     *     the store's lock, so it must return immediately
     * @return this builder
     */
    public Builder leaseTicker(LongSupplier nanoseconds) {
      leaseTicker = nanoseconds;
      realTime = false;
      return this;
    }

    /**
     * Creates an empty store and starts its thread.
     *
     * @return the open store; close it
     */
    public EmbeddedKvStore build() {
      return new EmbeddedKvStore(this);
    }

    private static long positive(String name, long value) {
      if (value < 1) {
        throw new IllegalArgumentException(name + " must be positive: " + value);
      }
      return value;
    }
  }
}
