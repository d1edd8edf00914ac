package io.petacore.store;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store that a test controls step by step: it has no thread, and nothing happens between two
 * steps of the test.
 *
 * <p>Ranges and watches are answered from a consistent history ({@link #change}, {@link #commit}),
 * so a test cannot produce contradictory responses by mistake; where it needs a fault, it injects
 * one on purpose ({@link ScriptedWatch#deliver(RevisionEvents...)}, {@link #rewind}).
 *
 * <p>Calls complete immediately, unless the test holds them ({@link #hold}) to complete or fail
 * each later, or a failure is queued ({@link #failNext}). Watches deliver nothing by themselves:
 * see {@link ScriptedWatch}.
 *
 * <p>Not thread-safe.
 */
public final class ScriptedKvStore implements KvStore {

  /** A held call. */
  public static final class Held {
    private final String what;
    private final Runnable answer;
    private final CompletableFuture<?> future;

    private Held(String what, Runnable answer, CompletableFuture<?> future) {
      this.what = what;
      this.answer = answer;
      this.future = future;
    }

    /** Executes the call and completes it. */
    public void answer() {
      answer.run();
    }

    /** Executes the call and loses the response. */
    public void answerLost() {
      future.completeExceptionally(failure(StoreException.Kind.OUTCOME_UNKNOWN));
      answer.run(); // too late for the future
    }

    /** Fails the call without executing it. */
    public void fail(StoreException.Kind kind) {
      future.completeExceptionally(failure(kind));
    }

    @Override
    public String toString() {
      return what;
    }
  }

  private final FakeHistory history = new FakeHistory();
  private final List<ScriptedWatch> watches = new ArrayList<>();
  private final List<RangeRequest> ranges = new ArrayList<>();
  private final Queue<Held> held = new ArrayDeque<>();
  private final Queue<Supplier<? extends RuntimeException>> failures = new ArrayDeque<>();
  private final Map<Long, Set<Bytes>> leases = new HashMap<>();
  private @Nullable RuntimeException watchFailure;
  private boolean holding;
  private boolean endsWatchesAtOnce;
  private boolean acceptsWatches;
  private boolean counting;
  private int pageLimit = Integer.MAX_VALUE;
  private long lastLease;
  private LongConsumer arriving = bytes -> {};
  private Runnable afterOpening = () -> {};

  private static StoreException failure(StoreException.Kind kind) {
    return new StoreException(kind, "scripted: " + kind, null);
  }

  // ---- control by the test

  /** Applies changes as one revision and returns it. */
  public long change(Operation... changes) {
    return history.append(Arrays.asList(changes));
  }

  /** The newest revision. */
  public long newest() {
    return history.newest();
  }

  /** Compacts the history below a revision. */
  public void compact(long revision) {
    history.compact(revision);
  }

  /** Drops all revisions above a given one, as if a backup was restored. */
  public void rewind(long revision) {
    history.rewind(revision);
  }

  /** Sets what runs after {@link ScriptedWatch#open}: the client's steps that are due. */
  public void afterOpening(Runnable steps) {
    afterOpening = steps;
  }

  void watchOpened() {
    afterOpening.run();
  }

  /** Holds calls from now on. */
  public void hold() {
    holding = true;
  }

  /** Completes calls immediately from now on; held ones stay held. */
  public void stopHolding() {
    holding = false;
  }

  /** The oldest held call. */
  public Held nextHeld() {
    Held next = held.poll();
    if (next == null) {
      throw new AssertionError("no call waits");
    }
    return next;
  }

  /** The number of held calls. */
  public int countHeld() {
    return held.size();
  }

  /** Fails the next calls, one per failure, without executing them. */
  public void failNext(StoreException.Kind... kinds) {
    for (StoreException.Kind kind : kinds) {
      failures.add(() -> failure(kind));
    }
  }

  /** Makes the next call throw, which violates the contract. */
  public void throwNext(RuntimeException thrown) {
    failures.add(() -> thrown);
  }

  /** Makes the next call of {@link #watch} throw, which violates the contract. */
  public void throwOnWatch(RuntimeException thrown) {
    watchFailure = thrown;
  }

  /** Accepts watches at once from now on. */
  public void acceptWatches() {
    acceptsWatches = true;
  }

  /** Sets whether a watch ends before the call that opens it returns. */
  public void endWatchesAtOnce(boolean so) {
    endsWatchesAtOnce = so;
  }

  /** The maximum number of entries of a page, whatever the requested limit. */
  public void limitPages(int entries) {
    pageLimit = entries;
  }

  /** All requested ranges. */
  public List<RangeRequest> ranges() {
    return List.copyOf(ranges);
  }

  /** All opened watches, in order. */
  public List<ScriptedWatch> watches() {
    return List.copyOf(watches);
  }

  /** The most recently opened watch. */
  public ScriptedWatch watch() {
    return watches.get(watches.size() - 1);
  }

  FakeHistory history() {
    return history;
  }

  // ---- requests

  @Override
  public CompletableFuture<RangePage> range(RangeRequest request) {
    ranges.add(request);
    return call("range " + request, () -> page(request));
  }

  @Override
  public CompletableFuture<RangePage> bulkRange(RangeRequest request, LongConsumer arriving) {
    this.arriving = arriving;
    return range(request);
  }

  /** Reports bytes of the most recently requested page of a load. */
  public void arriving(long bytes) {
    arriving.accept(bytes);
  }

  /** From now on pages report the number of entries after them, as etcd does. */
  public void countBeyondPages() {
    counting = true;
  }

  private RangePage page(RangeRequest request) {
    long revision = request.revision() == 0 ? newest() : request.revision();
    if (revision > newest()) {
      throw failure(StoreException.Kind.FUTURE_REVISION);
    }
    if (revision < history.compacted()) {
      throw failure(StoreException.Kind.COMPACTED);
    }
    List<KeyValue> all =
        history.at(revision).values().stream()
            .filter(stored -> request.range().contains(stored.key()))
            .toList();
    int limit = request.limit() == 0 ? pageLimit : Math.min(request.limit(), pageLimit);
    boolean more = all.size() > limit;
    long beyond = more && counting ? all.size() - limit : 0;
    return new RangePage(more ? all.subList(0, limit) : all, more, newest(), beyond);
  }

  @Override
  public CompletableFuture<BatchResult> commit(Batch batch) {
    return call("commit " + batch, () -> judge(batch));
  }

  private BatchResult judge(Batch batch) {
    Map<Bytes, KeyValue> state = history.at(newest());
    if (!ScriptedGuards.hold(batch.guards(), state)) {
      List<KeyValue> otherwise =
          batch.otherwiseRead().stream()
              .filter(state::containsKey)
              .map(key -> state.get(key))
              .toList();
      return new BatchResult(false, newest(), List.of(), otherwise);
    }
    List<Boolean> groups = new ArrayList<>();
    List<Operation> changes = new ArrayList<>();
    ScriptedGuards.collect(batch.operations(), true, state, groups, changes);
    Set<Bytes> put = new LinkedHashSet<>();
    for (Operation change : changes) {
      if (change instanceof Operation.Put one) {
        if (!put.add(one.key())) {
          throw failure(StoreException.Kind.REJECTED);
        }
        attach(one);
      }
    }
    return new BatchResult(true, history.append(changes), groups, List.of());
  }

  private void attach(Operation.Put put) {
    leases.values().forEach(keys -> keys.remove(put.key()));
    if (put.lease() != Operation.NO_LEASE) {
      Set<Bytes> keys = leases.get(put.lease());
      if (keys == null) {
        throw failure(StoreException.Kind.LEASE_NOT_FOUND);
      }
      keys.add(put.key());
    }
  }

  @Override
  public Watch watch(KeyRange range, long fromRevision, WatchListener listener) {
    if (watchFailure != null) {
      RuntimeException thrown = watchFailure;
      watchFailure = null;
      throw thrown;
    }
    ScriptedWatch watch = new ScriptedWatch(this, range, fromRevision, listener);
    watches.add(watch);
    if (acceptsWatches) {
      listener.onOpened();
    }
    if (endsWatchesAtOnce) {
      watch.end(StoreException.Kind.UNAVAILABLE);
    }
    return watch;
  }

  @Override
  public CompletableFuture<Long> grantLease(Duration timeToLive) {
    return call(
        "grant",
        () -> {
          leases.put(++lastLease, new LinkedHashSet<>());
          return lastLease;
        });
  }

  @Override
  public CompletableFuture<Void> renewLease(long lease) {
    return call(
            "renew " + lease,
            () -> {
              if (!leases.containsKey(lease)) {
                throw failure(StoreException.Kind.LEASE_NOT_FOUND);
              }
              return lease;
            })
        .thenAccept(done -> {});
  }

  @Override
  public CompletableFuture<Void> revokeLease(long lease) {
    return call("revoke " + lease, () -> endLease(lease)).thenAccept(done -> {});
  }

  /** Expires a lease. */
  public long endLease(long lease) {
    Set<Bytes> keys = leases.remove(lease);
    return keys == null
        ? newest()
        : history.append(keys.stream().<Operation>map(Operation.Delete::new).toList());
  }

  @Override
  public StoreLimits limits() {
    return new StoreLimits(128, 1 << 20);
  }

  @Override
  public CompletableFuture<String> describe() {
    return call("describe", () -> "scripted");
  }

  @Override
  public void close() {
    watches.forEach(watch -> watch.end(StoreException.Kind.CLOSED));
  }

  private <T> CompletableFuture<T> call(String what, Supplier<T> work) {
    Supplier<? extends RuntimeException> failure = failures.poll();
    CompletableFuture<T> future = new CompletableFuture<>();
    if (failure != null) {
      RuntimeException thrown = failure.get();
      if (!(thrown instanceof StoreException)) {
        throw thrown;
      }
      future.completeExceptionally(thrown);
      return future;
    }
    Runnable answer =
        () -> {
          try {
            future.complete(work.get());
          } catch (StoreException refused) {
            future.completeExceptionally(refused);
          }
        };
    if (holding) {
      held.add(new Held(what, answer, future));
    } else {
      answer.run();
    }
    return future;
  }
}
