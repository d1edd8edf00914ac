package io.petacore.it;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
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
 * A store that reaches etcd straight, but for one commit, which it sends another way: there it can
 * be held back while everything else of its session, the raising of the fence too, gets through.
 */
final class DetourStore implements KvStore {

  private final Bytes commitRecord;
  private final KvStore straight;
  private final KvStore detour;
  private final AtomicReference<@Nullable CompletableFuture<BatchResult>> next =
      new AtomicReference<>();
  private volatile boolean commitsRefused;
  private volatile boolean sessionNeglected;
  private volatile long lease;

  DetourStore(KvStore straight, KvStore detour, String namespace) {
    this.commitRecord = Bytes.utf8(namespace).concat(ReservedKeys.COMMIT_RECORD);
    this.straight = straight;
    this.detour = detour;
  }

  /**
   * Sends the next commit the other way.
   *
   * @return what etcd answers to it, whenever that is
   */
  CompletableFuture<BatchResult> detourNext() {
    CompletableFuture<BatchResult> answer = new CompletableFuture<>();
    next.set(answer);
    return answer;
  }

  /** From now on no commit leaves, but for one that takes the other way. */
  void refuseCommits() {
    commitsRefused = true;
  }

  /** From now on no lease is renewed and no fence raised; new sessions may still be opened. */
  void neglectSession() {
    sessionNeglected = true;
  }

  /** The lease that was granted last. */
  long lease() {
    return lease;
  }

  @Override
  public CompletableFuture<BatchResult> commit(Batch batch) {
    if (!isCommit(batch)) {
      boolean opens = batch.guards().get(0).modRevision() == 0;
      return sessionNeglected && !opens ? unavailable() : straight.commit(batch);
    }
    CompletableFuture<BatchResult> answer = next.getAndSet(null);
    if (answer != null) {
      return detour
          .commit(batch)
          .whenComplete(
              (result, failure) -> {
                if (failure == null) {
                  answer.complete(result);
                } else {
                  answer.completeExceptionally(failure);
                }
              });
    }
    return commitsRefused ? unavailable() : straight.commit(batch);
  }

  /** Whether it commits something; else it is about the session. */
  private boolean isCommit(Batch batch) {
    return batch.operations().get(0) instanceof Operation.Put put && put.key().equals(commitRecord);
  }

  @Override
  public CompletableFuture<RangePage> range(RangeRequest request) {
    return straight.range(request);
  }

  @Override
  public CompletableFuture<RangePage> bulkRange(RangeRequest request, LongConsumer arriving) {
    return straight.bulkRange(request, arriving);
  }

  @Override
  public Watch watch(KeyRange range, long fromRevision, WatchListener listener) {
    return straight.watch(range, fromRevision, listener);
  }

  @Override
  public CompletableFuture<Long> grantLease(Duration timeToLive) {
    return straight
        .grantLease(timeToLive)
        .thenApply(
            granted -> {
              lease = granted;
              return granted;
            });
  }

  @Override
  public CompletableFuture<Void> renewLease(long renewed) {
    return sessionNeglected ? unavailable() : straight.renewLease(renewed);
  }

  @Override
  public CompletableFuture<Void> revokeLease(long revoked) {
    return straight.revokeLease(revoked);
  }

  @Override
  public StoreLimits limits() {
    return straight.limits();
  }

  @Override
  public CompletableFuture<String> describe() {
    return straight.describe();
  }

  @Override
  public void close() {
    straight.close();
    detour.close();
  }

  private static <T> CompletableFuture<T> unavailable() {
    return CompletableFuture.failedFuture(
        new StoreException(StoreException.Kind.UNAVAILABLE, "refused by the test", null));
  }
}
