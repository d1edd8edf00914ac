package io.petacore.store;

import io.petacore.data.KeyRange;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/**
 * An ordered, durable, revisioned key-value store: the contract of etcd, as far as PetaCore needs
 * it.
 *
 * <p>Every commit that changes something gets the next <em>revision</em>, a total order. Reads can
 * be made at any revision that was not compacted, and a watch delivers every revision from one on.
 *
 * <p>Calls return at once. Their futures fail with {@link StoreException}, which says what is known
 * of the outcome, and complete in bounded time, whatever becomes of the server: the store sets the
 * deadlines. Futures and listeners are completed on the store's own threads, so what is chained to
 * them must neither block nor run application code. Safe for use by many threads.
 */
public interface KvStore extends AutoCloseable {

  /**
   * Reads a page of a range, in unsigned byte order, by quorum: the answer is at least as new as
   * everything acknowledged before the call.
   *
   * <p>Fails with {@link StoreException.Kind#COMPACTED} or {@link
   * StoreException.Kind#FUTURE_REVISION} where the revision asked for can't be read.
   */
  CompletableFuture<RangePage> range(RangeRequest request);

  /**
   * Reads one of the many pages of a load, as {@link #range} does, with more patience: the store
   * gives such a request more time, and does not give it up while bytes of its answer arrive.
   *
   * <p>Fails with {@link StoreException.Kind#TOO_LARGE} where the page has more bytes than the
   * store takes at once; a page of one entry is not refused for that. Fails with {@link
   * StoreException.Kind#OUTCOME_UNKNOWN} where it was given up and may still keep the store busy.
   *
   * @param arriving told of the bytes of the answer as they arrive: how many more. Called by the
   *     store's own threads, one at a time; must return at once. A store that does not count does
   *     not call it
   */
  default CompletableFuture<RangePage> bulkRange(RangeRequest request, LongConsumer arriving) {
    return range(request);
  }

  /**
   * Sends a guarded batch, once. All of its guards, nested ones too, are judged before any of its
   * operations runs; what it changes gets one revision.
   *
   * <p>A batch that puts a key twice, or breaks {@link #limits()}, is refused whole with {@link
   * StoreException.Kind#REJECTED}. Overlaps with deletes are not promised to be refused: they are
   * the sender's duty to avoid.
   */
  CompletableFuture<BatchResult> commit(Batch batch);

  /**
   * Watches a range from a revision on, that one included. Revisions arrive whole and in order, and
   * none is left out until the end is told. The watch is over at the first trouble: a store does
   * not resume by itself what it can't resume without a gap.
   */
  Watch watch(KeyRange range, long fromRevision, WatchListener listener);

  /**
   * Grants a lease; keys put with it are deleted when it ends.
   *
   * @param timeToLive from the grant, or the last renewal; rounded up to what the store can do
   */
  CompletableFuture<Long> grantLease(Duration timeToLive);

  /**
   * Renews a lease for its time to live. Fails with {@link StoreException.Kind#LEASE_NOT_FOUND}
   * when it has ended.
   */
  CompletableFuture<Void> renewLease(long lease);

  /** Ends a lease and deletes its keys, in one revision. Done too where it had ended before. */
  CompletableFuture<Void> revokeLease(long lease);

  /** What one request can carry. Constant. */
  StoreLimits limits();

  /** Asks the store who it is, for logs and people: product, version. */
  CompletableFuture<String> describe();

  /**
   * Closes the store: open watches are told, calls in flight and later ones fail with {@link
   * StoreException.Kind#CLOSED} (or, where a commit had been sent, {@link
   * StoreException.Kind#OUTCOME_UNKNOWN}). No thread of the store is left when it returns.
   * Idempotent.
   */
  @Override
  void close();
}
