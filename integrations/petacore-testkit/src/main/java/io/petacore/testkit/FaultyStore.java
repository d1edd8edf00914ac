package io.petacore.testkit;

import io.petacore.data.KeyRange;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.KvStore;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import io.petacore.store.StoreLimits;
import io.petacore.store.Watch;
import io.petacore.store.WatchListener;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The store as one node sees it: it can be cut off, slow, or lose an answer. */
final class FaultyStore implements KvStore {
  private final KvStore store;
  private final CommitFaults faults;
  private final Timer timer;
  private final Set<FaultyWatch> watches = ConcurrentHashMap.newKeySet();
  private final Set<Runnable> delayed = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean cutDuringCommit = new AtomicBoolean();
  private volatile boolean cut;
  private volatile Duration delay = Duration.ZERO;

  FaultyStore(KvStore store, CommitFaults faults, Timer timer) {
    this.store = store;
    this.faults = faults;
    this.timer = timer;
  }

  Timer timer() {
    return timer;
  }

  Duration currentDelay() {
    return delay;
  }

  boolean isCut() {
    return cut;
  }

  /** Ends all watches and fails all requests. When it has returned, no event is delivered. */
  void cut() {
    breakOff();
    watches.forEach(FaultyWatch::awaitDelivery);
  }

  private void breakOff() {
    cut = true;
    watches.forEach(watch -> watch.breakOff(cutOff()));
  }

  void cutDuringCommit() {
    cutDuringCommit.set(true);
  }

  /** Sets the delay; what was delayed for longer continues at once. */
  void delay(Duration each) {
    boolean shorter = each.compareTo(delay) < 0;
    delay = each;
    if (shorter) {
      watches.forEach(FaultyWatch::hurry);
      delayed.forEach(request -> timer.after(Duration.ZERO, request));
    }
  }

  void heal() {
    cutDuringCommit.set(false);
    cut = false;
    delay(Duration.ZERO);
  }

  /** Forgets a watch; false if it was forgotten before. */
  boolean remove(FaultyWatch watch) {
    return watches.remove(watch);
  }

  @Override
  public CompletableFuture<RangePage> range(RangeRequest request) {
    return pass(Kind.UNAVAILABLE, () -> store.range(request));
  }

  @Override
  public CompletableFuture<RangePage> bulkRange(RangeRequest request, LongConsumer arriving) {
    return pass(Kind.UNAVAILABLE, () -> store.bulkRange(request, arriving));
  }

  @Override
  public CompletableFuture<BatchResult> commit(Batch batch) {
    return pass(Kind.OUTCOME_UNKNOWN, () -> send(batch));
  }

  private CompletableFuture<BatchResult> send(Batch batch) {
    if (!faults.isCommit(batch)) {
      return store.commit(batch);
    }
    if (cutDuringCommit.compareAndSet(true, false)) {
      // Before the commit is applied, so that its event is not delivered. The answer is lost on the
      // way back, like any answer to a node that is cut off.
      breakOff();
    }
    return faults.beforeCommit(batch).thenCompose(done -> faults.answer(store.commit(batch)));
  }

  @Override
  public Watch watch(KeyRange range, long fromRevision, WatchListener listener) {
    FaultyWatch watch = new FaultyWatch(this, listener);
    watches.add(watch);
    if (cut) {
      watch.breakOff(cutOff());
      return watch;
    }
    watch.open(to -> store.watch(range, fromRevision, to));
    if (cut) {
      watch.breakOff(cutOff());
    }
    return watch;
  }

  @Override
  public CompletableFuture<Long> grantLease(Duration timeToLive) {
    return pass(Kind.OUTCOME_UNKNOWN, () -> store.grantLease(timeToLive));
  }

  @Override
  public CompletableFuture<Void> renewLease(long lease) {
    return pass(Kind.OUTCOME_UNKNOWN, () -> store.renewLease(lease));
  }

  @Override
  public CompletableFuture<Void> revokeLease(long lease) {
    return pass(Kind.OUTCOME_UNKNOWN, () -> store.revokeLease(lease));
  }

  @Override
  public StoreLimits limits() {
    return store.limits();
  }

  @Override
  public CompletableFuture<String> describe() {
    return pass(Kind.UNAVAILABLE, store::describe);
  }

  /** The cluster closes the store behind this one. */
  @Override
  public void close() {
    watches.forEach(
        watch -> watch.breakOff(new StoreException(Kind.CLOSED, "the store is closed", null)));
  }

  /**
   * Sends a request after the delay, unless the node is cut off by then. The answer is lost if the
   * node is cut off when it arrives.
   *
   * @param lost how a request fails whose answer is lost
   */
  private <T> CompletableFuture<T> pass(Kind lost, Supplier<CompletableFuture<T>> request) {
    Duration wait = delay;
    if (wait.isZero()) {
      return exchange(lost, request);
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    Runnable sending =
        new Runnable() {
          @Override
          public void run() {
            if (delayed.remove(this)) {
              var unused =
                  exchange(lost, request)
                      .whenComplete((result, failure) -> copy(result, failure, answer));
            }
          }
        };
    delayed.add(sending);
    timer.after(wait, sending);
    return answer;
  }

  private <T> CompletableFuture<T> exchange(Kind lost, Supplier<CompletableFuture<T>> request) {
    if (cut) {
      return CompletableFuture.failedFuture(cutOff());
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    var unused =
        request
            .get()
            .whenComplete(
                (result, failure) -> {
                  if (cut) {
                    answer.completeExceptionally(
                        new StoreException(lost, "the answer was lost: cut off by the test", null));
                  } else {
                    copy(result, failure, answer);
                  }
                });
    return answer;
  }

  private static <T> void copy(
      @Nullable T result, @Nullable Throwable failure, CompletableFuture<T> answer) {
    if (failure != null) {
      answer.completeExceptionally(StoreException.of(failure));
    } else {
      complete(answer, result);
    }
  }

  /** Requests without a result complete with null. */
  @SuppressWarnings("NullAway")
  private static <T> void complete(CompletableFuture<T> answer, @Nullable T result) {
    answer.complete(result);
  }

  private static StoreException cutOff() {
    return new StoreException(Kind.UNAVAILABLE, "cut off by the test", null);
  }
}
