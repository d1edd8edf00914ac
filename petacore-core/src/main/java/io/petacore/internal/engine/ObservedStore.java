package io.petacore.internal.engine;

import io.petacore.data.KeyRange;
import io.petacore.internal.engine.StoreHealth.Request;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.KvStore;
import io.petacore.store.Operation;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import io.petacore.store.RevisionEvents;
import io.petacore.store.StoreException;
import io.petacore.store.StoreLimits;
import io.petacore.store.Watch;
import io.petacore.store.WatchListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/** The application's store, with the outcome of every request reported to {@link StoreHealth}. */
final class ObservedStore implements KvStore {

  private final KvStore store;
  private final StoreHealth health;

  ObservedStore(KvStore store, StoreHealth health) {
    this.store = store;
    this.health = health;
  }

  /** Returns the same future, so that dependents run in the order in which they were added. */
  @SuppressWarnings("FutureReturnValueIgnored") // the observer throws nothing
  private <T> CompletableFuture<T> observed(Request request, CompletableFuture<T> answer) {
    answer.whenComplete(
        (result, failure) -> {
          if (failure == null) {
            health.succeeded(request);
          } else {
            health.failed(request, StoreException.of(failure));
          }
        });
    return answer;
  }

  @Override
  public CompletableFuture<RangePage> range(RangeRequest request) {
    return observed(Request.READ, store.range(request));
  }

  @Override
  public CompletableFuture<RangePage> bulkRange(RangeRequest request, LongConsumer arriving) {
    return observed(
        Request.READ,
        store.bulkRange(
            request,
            bytes -> {
              health.recordContact();
              arriving.accept(bytes);
            }));
  }

  @Override
  public CompletableFuture<BatchResult> commit(Batch batch) {
    Request request = isOfSession(batch) ? Request.SESSION : Request.COMMIT;
    CompletableFuture<BatchResult> answer = store.commit(batch);
    return carriesTransactions(batch) || request == Request.SESSION
        ? observed(request, answer)
        : observedIfSuccessful(request, answer);
  }

  /**
   * A barrier's failure is reported to its callers, and an idle write's is of no concern: neither
   * begins an incident, which would be logged anew with every idle write while there is no space.
   */
  @SuppressWarnings("FutureReturnValueIgnored") // the observer throws nothing
  private CompletableFuture<BatchResult> observedIfSuccessful(
      Request request, CompletableFuture<BatchResult> answer) {
    answer.whenComplete(
        (result, failure) -> {
          if (failure == null) {
            health.succeeded(request);
          }
        });
    return answer;
  }

  /** Whether a batch does more than to write the commit record. */
  private static boolean carriesTransactions(Batch batch) {
    return batch.operations().size() > 1;
  }

  /** Whether a batch writes a key with a lease: a session fence or the exclusive commit lock. */
  private static boolean isOfSession(Batch batch) {
    return batch.operations().get(0) instanceof Operation.Put put && put.lease() != 0;
  }

  @Override
  public Watch watch(KeyRange range, long fromRevision, WatchListener listener) {
    return store.watch(range, fromRevision, new ObservedWatch(listener));
  }

  @Override
  public CompletableFuture<Long> grantLease(Duration timeToLive) {
    return observed(Request.SESSION, store.grantLease(timeToLive));
  }

  @Override
  public CompletableFuture<Void> renewLease(long lease) {
    return observed(Request.SESSION, store.renewLease(lease));
  }

  @Override
  public CompletableFuture<Void> revokeLease(long lease) {
    return store.revokeLease(lease); // its success is not awaited
  }

  @Override
  public StoreLimits limits() {
    return store.limits();
  }

  @Override
  public CompletableFuture<String> describe() {
    return observed(Request.READ, store.describe());
  }

  /** Not supported: the application closes its store. */
  @Override
  public void close() {
    throw new UnsupportedOperationException("a storage does not close its store");
  }

  private final class ObservedWatch implements WatchListener {
    private final WatchListener listener;

    private ObservedWatch(WatchListener listener) {
      this.listener = listener;
    }

    @Override
    public void onOpened() {
      health.succeeded(Request.WATCH);
      listener.onOpened();
    }

    @Override
    public void onRevisions(List<RevisionEvents> revisions) {
      health.recordContact();
      listener.onRevisions(revisions);
    }

    @Override
    public void onEnd(StoreException cause) {
      health.failed(Request.WATCH, cause);
      listener.onEnd(cause);
    }
  }
}
