package io.petacore.internal.commit;

import io.petacore.data.Bytes;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.internal.format.SessionId;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.Guard;
import io.petacore.store.KvStore;
import io.petacore.store.Operation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A session of a storage: a lease, and a key that ends with it, the <em>fence</em>. Every request
 * is guarded by the fence's mod revision. To advance the fence is to write it again: every older
 * request that is not applied yet is then refused, however late it arrives. Once the lease has
 * ended, no request of this session can be applied any more.
 *
 * <p>Immutable; {@link SessionKeeper} keeps the fence's mod revision.
 */
final class Session {

  private final KvStore store;
  private final CommitRecords records;
  private final SessionId id;
  private final long lease;
  private final Bytes fenceKey;
  private final Bytes fence;

  private Session(
      KvStore store, Namespace namespace, CommitRecords records, SessionId id, long lease) {
    this.store = store;
    this.records = records;
    this.id = id;
    this.lease = lease;
    this.fence = ReservedKeys.sessionFence(id);
    this.fenceKey = namespace.toStore(fence);
  }

  /**
   * Opens a session.
   *
   * @param timeToLive for how long it outlives its last renewal
   * @return the session with the mod revision of its fence
   */
  static CompletableFuture<Opened> open(
      KvStore store, Namespace namespace, CommitRecords records, Duration timeToLive) {
    return store
        .grantLease(timeToLive)
        .thenCompose(
            lease -> {
              Session session = new Session(store, namespace, records, SessionId.random(), lease);
              return session
                  .writeFence(0)
                  .thenApply(result -> new Opened(session, result.revision()));
            });
  }

  /**
   * A new session.
   *
   * @param session the session
   * @param fenceRevision the mod revision of its fence
   */
  record Opened(Session session, long fenceRevision) {}

  SessionId id() {
    return id;
  }

  /** The fence's key, without namespace. */
  Bytes fence() {
    return fence;
  }

  /** The fence's key in the store. */
  Bytes fenceKey() {
    return fenceKey;
  }

  /** The write of a key that ends with the session. */
  Operation.Put leasedPut(Bytes key, Bytes value) {
    return new Operation.Put(key, value, lease);
  }

  /** The write of the commit record in a request of this session that commits no transactions. */
  Operation.Put recordPut() {
    return records.put(id);
  }

  /**
   * Writes the fence if it has the expected mod revision, otherwise reads it. Harmless to repeat.
   * The commit record is not written: after a resync, the record of an in-doubt batch is the
   * evidence that it was applied.
   */
  CompletableFuture<BatchResult> advanceFence(long expected) {
    return writeFence(expected);
  }

  private CompletableFuture<BatchResult> writeFence(long expected) {
    Bytes value = Bytes.utf8("pid " + ProcessHandle.current().pid() + " at " + Instant.now());
    return store.commit(
        new Batch(
            List.of(new Guard.OfKey(fenceKey, expected)),
            List.of(leasedPut(fenceKey, value)),
            List.of(fenceKey)));
  }

  CompletableFuture<Void> renew() {
    return store.renewLease(lease);
  }

  CompletableFuture<Void> revoke() {
    return store.revokeLease(lease);
  }
}
