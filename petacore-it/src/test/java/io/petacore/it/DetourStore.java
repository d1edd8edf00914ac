package io.petacore.it;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.Guard;
import io.petacore.store.KvStore;
import io.petacore.store.Operation;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import io.petacore.store.StoreException;
import io.petacore.store.StoreLimits;
import io.petacore.store.Watch;
import io.petacore.store.WatchListener;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A store that sends one commit over a different connection, where it can be held while all other
 * requests of its session pass, including the advances of the session fence.
 */
final class DetourStore implements KvStore {

  private final Bytes commitRecord;
  private final KvStore direct;
  private final KvStore detour;
  private final AtomicReference<@Nullable CompletableFuture<BatchResult>> next =
      new AtomicReference<>();
  private volatile boolean commitsRefused;
  private volatile boolean renewingStopped;
  private volatile long lease;

  DetourStore(KvStore direct, KvStore detour, String namespace) {
    this.commitRecord = Bytes.utf8(namespace).concat(ReservedKeys.COMMIT_RECORD);
    this.direct = direct;
    this.detour = detour;
  }

  /**
   * Sends the next commit over the other connection.
   *
   * @return the response of etcd to it
   */
  CompletableFuture<BatchResult> detourNext() {
    CompletableFuture<BatchResult> response = new CompletableFuture<>();
    next.set(response);
    return response;
  }

  /** Fails all further commits, except one over the other connection. */
  void refuseCommits() {
    commitsRefused = true;
  }

  /** Fails all further lease renewals and fence advances; new sessions can still be opened. */
  void stopRenewing() {
    renewingStopped = true;
  }

  /** The last granted lease. */
  long lease() {
    return lease;
  }

  @Override
  public CompletableFuture<BatchResult> commit(Batch batch) {
    if (!isCommit(batch)) {
      boolean opens =
          batch.guards().get(0) instanceof Guard.OfKey fence && fence.modRevision() == 0;
      return renewingStopped && !opens ? unavailable() : direct.commit(batch);
    }
    CompletableFuture<BatchResult> response = next.getAndSet(null);
    if (response != null) {
      return detour
          .commit(batch)
          .whenComplete(
              (result, failure) -> {
                if (failure == null) {
                  response.complete(result);
                } else {
                  response.completeExceptionally(failure);
                }
              });
    }
    return commitsRefused ? unavailable() : direct.commit(batch);
  }

  /** Whether a batch is a commit rather than a request of the session. */
  private boolean isCommit(Batch batch) {
    return batch.operations().get(0) instanceof Operation.Put put && put.key().equals(commitRecord);
  }

  @Override
  public CompletableFuture<RangePage> range(RangeRequest request) {
    return direct.range(request);
  }

  @Override
  public CompletableFuture<RangePage> bulkRange(RangeRequest request, LongConsumer arriving) {
    return direct.bulkRange(request, arriving);
  }

  @Override
  public Watch watch(KeyRange range, long fromRevision, WatchListener listener) {
    return direct.watch(range, fromRevision, listener);
  }

  @Override
  public CompletableFuture<Long> grantLease(Duration timeToLive) {
    return direct
        .grantLease(timeToLive)
        .thenApply(
            granted -> {
              lease = granted;
              return granted;
            });
  }

  @Override
  public CompletableFuture<Void> renewLease(long renewed) {
    return renewingStopped ? unavailable() : direct.renewLease(renewed);
  }

  @Override
  public CompletableFuture<Void> revokeLease(long revoked) {
    return direct.revokeLease(revoked);
  }

  @Override
  public StoreLimits limits() {
    return direct.limits();
  }

  @Override
  public CompletableFuture<String> describe() {
    return direct.describe();
  }

  @Override
  public void close() {
    direct.close();
    detour.close();
  }

  private static <T> CompletableFuture<T> unavailable() {
    return CompletableFuture.failedFuture(
        new StoreException(StoreException.Kind.UNAVAILABLE, "rejected by the test", null));
  }
}
