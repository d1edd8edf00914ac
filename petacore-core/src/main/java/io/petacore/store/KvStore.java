package io.petacore.store;

import io.petacore.data.KeyRange;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/**
 * An ordered, durable, revisioned key-value store: the part of etcd's contract that PetaCore needs.
 *
 * <p>Every commit that changes a key gets the next <em>revision</em>; revisions are totally
 * ordered. Reads are possible at every revision that is not compacted, and a watch delivers all
 * revisions from a given one on.
 *
 * <p>Calls do not block. Their futures fail with {@link StoreException}, whose kind says what is
 * known about the outcome. The store sets deadlines, so futures complete in bounded time even if
 * the server does not respond. Futures and listeners are completed on the store's threads:
 * dependent actions must neither block nor run application code. Safe for use by many threads.
 */
public interface KvStore extends AutoCloseable {

  /**
   * Reads a page of a range, in unsigned byte order. The read is linearizable: it reflects every
   * commit acknowledged before the call.
   *
   * <p>Fails with {@link StoreException.Kind#COMPACTED} or {@link
   * StoreException.Kind#FUTURE_REVISION} if the requested revision cannot be read.
   *
   * @param request the range, the revision and the maximum number of entries
   * @return a future of the page; an empty one if the range has no entries
   */
  CompletableFuture<RangePage> range(RangeRequest request);

  /**
   * Reads a page of a load. Same as {@link #range}, but with a longer timeout that is extended
   * while bytes of the response arrive.
   *
   * <p>Fails with {@link StoreException.Kind#TOO_LARGE} if the page exceeds the size that the store
   * accepts in one response; a page of one entry never does. Fails with {@link
   * StoreException.Kind#OUTCOME_UNKNOWN} if the request timed out and may still keep the store
   * busy.
   *
   * @param request the range, the revision and the maximum number of entries
   * @param arriving receives the number of additional bytes of the response as they arrive. Called
   *     on the store's threads, one call at a time; must return immediately. A store that does not
   *     count bytes never calls it
   * @return a future of the page; an empty one if the range has no entries
   */
  default CompletableFuture<RangePage> bulkRange(RangeRequest request, LongConsumer arriving) {
    return range(request);
  }

  /**
   * Sends a batch; it is never sent twice. All guards, including those of nested groups, are
   * evaluated before any operation runs, and all changes get the same revision.
   *
   * <p>A batch that puts a key twice or exceeds {@link #limits()} fails as a whole with {@link
   * StoreException.Kind#REJECTED}. Whether a put and a delete of the same key are rejected is
   * unspecified; the caller must avoid them.
   *
   * <p>Fails with {@link StoreException.Kind#LEASE_NOT_FOUND} if the lease of a put has ended, and
   * with {@link StoreException.Kind#OUTCOME_UNKNOWN} if it was sent and its outcome is not known.
   *
   * @param batch the guards, the operations, and the keys to read if a guard does not hold
   * @return a future of the result, also if a guard did not hold
   */
  CompletableFuture<BatchResult> commit(Batch batch);

  /**
   * Watches a range from a revision on, inclusive. Revisions are delivered whole, in order and
   * without a gap until the watch ends. The watch ends at the first error: a store must not resume
   * it by itself if revisions could be missed.
   *
   * @param range the keys to watch
   * @param fromRevision the first revision to deliver, at least 1; may be above the newest one
   * @param listener receives the revisions and, as its last call, the error that ended the watch
   * @return the watch; not open before {@link WatchListener#onOpened()}
   */
  Watch watch(KeyRange range, long fromRevision, WatchListener listener);

  /**
   * Grants a lease; keys put with it are deleted when it ends.
   *
   * @param timeToLive the time from the grant or the last renewal to the expiry; positive, rounded
   *     up to the store's resolution
   * @return a future of the lease's ID, which is not {@link Operation#NO_LEASE}
   */
  CompletableFuture<Long> grantLease(Duration timeToLive);

  /**
   * Renews a lease for its time to live. Fails with {@link StoreException.Kind#LEASE_NOT_FOUND} if
   * it has expired or was revoked.
   *
   * @param lease the ID of a granted lease
   * @return a future that completes with null when the store has renewed the lease
   */
  CompletableFuture<Void> renewLease(long lease);

  /**
   * Revokes a lease and deletes its keys in one revision. Succeeds if the lease has ended before.
   *
   * @param lease the ID of a granted lease
   * @return a future that completes with null when the lease has ended and its keys are deleted
   */
  CompletableFuture<Void> revokeLease(long lease);

  /** {@return the limits on a request; the same on every call} */
  StoreLimits limits();

  /**
   * Describes the store for logs: product and version.
   *
   * @return a future of one line of text, not to be parsed
   */
  CompletableFuture<String> describe();

  /**
   * Closes the store. Open watches end; calls in flight and later calls fail with {@link
   * StoreException.Kind#CLOSED} or, for a commit that was sent, {@link
   * StoreException.Kind#OUTCOME_UNKNOWN}. When it returns, all threads of the store have
   * terminated. Idempotent.
   */
  @Override
  void close();
}
