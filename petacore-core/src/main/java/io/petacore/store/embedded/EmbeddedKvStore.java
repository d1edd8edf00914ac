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
 * The store contract in memory: revisions, history and compaction, guarded batches, watches and
 * leases, as etcd has them. For trying the library, for unit tests, and for several nodes in one
 * process; nothing survives {@link #close()}.
 *
 * <p><b>Stricter than etcd, on purpose.</b> A batch that changes a key more than once is refused
 * with {@link StoreException.Kind#REJECTED} in every case: two puts, a put beside a delete in any
 * order, two deletes, across groups too, whether or not those groups would run. A request's size is
 * counted as the lengths of its keys and values and 32 bytes for every guard, operation and read.
 *
 * <p><b>History.</b> Besides the present state, what the newest revisions changed is kept for reads
 * and watches: up to {@link Builder#historyBytes}, counted as keys, values and 128 bytes for every
 * change. What lies before is compacted, a revision at a time, as new ones come.
 *
 * <p><b>Threads.</b> One lock orders what changes the store; nothing foreign runs under it but the
 * ticker of the leases. Reads take no lock. The work of a call is done when it returns: its future
 * is complete already, and what is chained to it runs on the caller's thread. Listeners are called
 * by the store's only thread, a daemon, without the lock; one that blocks holds up all watches. A
 * watch opened when the store is closed is told so by the caller's thread, before {@link #watch}
 * returns.
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

  /** A new, empty store with etcd's limits. */
  public static EmbeddedKvStore inMemory() {
    return builder().build();
  }

  /** Settings for a store that is to differ from {@link #inMemory()}. */
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
      throw new IllegalArgumentException("revisions begin at 1: " + fromRevision);
    }
    WatchFeed feed = new WatchFeed(range, fromRevision, listener);
    lock.lock();
    try {
      if (!loop.isClosed()) {
        loop.add(feed);
        return feed;
      }
    } finally {
      lock.unlock();
    }
    feed.end(closed());
    return feed;
  }

  /**
   * Compacts the history: reads and watches from below a revision fail with {@link
   * StoreException.Kind#COMPACTED} from now on. Nothing where it has been compacted as far already.
   *
   * @param revision the oldest that stays readable
   * @throws StoreException {@link StoreException.Kind#FUTURE_REVISION} above the newest revision,
   *     {@link StoreException.Kind#CLOSED}
   */
  public void compact(long revision) {
    locked(
        () -> {
          if (revision > keys.newest()) {
            throw new StoreException(
                StoreException.Kind.FUTURE_REVISION,
                "can't compact at " + revision + ", the newest revision is " + keys.newest(),
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
    return timeToLive.compareTo(Duration.ofNanos(Leases.LONGEST_NANOS)) < 0
        ? timeToLive.toNanos()
        : Leases.LONGEST_NANOS;
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
   * Ends every lease whose time is over by the ticker; to be called after moving a ticker of one's
   * own. With the default ticker the store does so by itself.
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
   * <p>Called by a listener it returns before the store's thread has ended, which that will do when
   * the listener returns. A listener that does not return within 30 seconds is logged and left.
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

  /** How many watches are held, to be tested for a leak. */
  int watches() {
    return locked(loop::watches);
  }

  /**
   * Does something under the lock, on the state in which no lease is past its time, and wakes the
   * store's thread to deliver it.
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

    /** How many operations a batch may have per level, see {@link StoreLimits}; default 128. */
    public Builder maxOperations(int operations) {
      maxOperations = Math.toIntExact(positive("maxOperations", operations));
      return this;
    }

    /** How large a request may be, in bytes; default 1 MiB. */
    public Builder maxRequestBytes(int bytes) {
      maxRequestBytes = Math.toIntExact(positive("maxRequestBytes", bytes));
      return this;
    }

    /**
     * How much history is kept, in bytes as counted in {@link EmbeddedKvStore}; default 256 MiB.
     * Less is kept after {@link EmbeddedKvStore#compact}; the newest revision is kept whatever its
     * size.
     */
    public Builder historyBytes(long bytes) {
      historyBytes = positive("historyBytes", bytes);
      return this;
    }

    /**
     * Where leases take their time from: nanoseconds of any origin, never falling. It is read under
     * the store's lock and must return at once. The store does not wait for a ticker of one's own:
     * leases end at the next {@link EmbeddedKvStore#expireLeases()}, commit or call on a lease.
     * Default {@link System#nanoTime()}, where they end by themselves.
     */
    public Builder leaseTicker(LongSupplier nanoseconds) {
      leaseTicker = nanoseconds;
      realTime = false;
      return this;
    }

    /** A new, empty store. */
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
