package io.petacore.internal.commit;

import io.petacore.data.KeyRange;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.KvStore;
import io.petacore.store.Operation;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import io.petacore.store.ScriptedKvStore;
import io.petacore.store.ScriptedWatch;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import io.petacore.store.StoreLimits;
import io.petacore.store.Watch;
import io.petacore.store.WatchListener;
import io.petacore.store.embedded.EmbeddedKvStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One node's connection to a scripted store, which several nodes may share. The test decides when
 * each request reaches the store, if ever, and when its answer comes back, if ever. Other requests
 * are executed and answered at once.
 */
final class FaultyKvStore implements KvStore {

  /** The kinds of requests. */
  enum What {
    /** A batch of transactions. */
    BATCH,
    /** The fence of a session: created, or advanced. */
    FENCE,
    /** The exclusive commit lock: acquired, or released. */
    EXCLUSIVE_LOCK,
    RANGE,
    GRANT,
    RENEW,
    REVOKE
  }

  /** A request in flight. */
  static final class Sent {
    final What what;
    final @Nullable Batch batch;
    private final Runnable reach;
    private final Runnable answer;
    private final CompletableFuture<?> future;

    private <T> Sent(
        What what,
        @Nullable Batch batch,
        Supplier<CompletableFuture<T>> work,
        CompletableFuture<T> future) {
      this.what = what;
      this.batch = batch;
      this.future = future;
      Holder<T> holder = new Holder<>();
      this.reach =
          () -> {
            if (holder.done == null) {
              holder.done = work.get();
            }
          };
      this.answer =
          () -> {
            reach.run();
            pass(holder.done, future);
          };
    }

    private static final class Holder<T> {
      @Nullable CompletableFuture<T> done;
    }

    /** Has the request reach the store, which executes it; the answer is not delivered yet. */
    Sent reach() {
      reach.run();
      return this;
    }

    /** Delivers the answer; before that the request reaches the store, if it has not. */
    void answer() {
      answer.run();
    }

    /** Loses the answer. The request may have reached the store, may do so later, or never. */
    Sent lose() {
      return fail(Kind.OUTCOME_UNKNOWN);
    }

    Sent fail(Kind kind) {
      future.completeExceptionally(failure(kind));
      return this;
    }
  }

  private final ScriptedKvStore store;
  private final List<Sent> held = new ArrayList<>();
  private final Set<What> holding = EnumSet.noneOf(What.class);
  private final Map<What, RuntimeException> failing = new EnumMap<>(What.class);
  private final Map<What, Integer> asked = new EnumMap<>(What.class);
  private final List<Batch> batches = new ArrayList<>();
  private Predicate<Batch> unwanted = batch -> false;
  private EmbeddedKvStore rules;
  private @Nullable ScriptedWatch watch;

  FaultyKvStore(ScriptedKvStore store) {
    this.store = store;
    this.rules = rules(store.limits());
  }

  /** A closed store, which still rejects batches that break a rule. */
  private static EmbeddedKvStore rules(StoreLimits limits) {
    EmbeddedKvStore store =
        EmbeddedKvStore.builder()
            .maxOperations(limits.maxOperations())
            .maxRequestBytes(limits.maxRequestBytes())
            .build();
    store.close();
    return store;
  }

  private boolean obeysTheRules(Batch batch) {
    try {
      rules.commit(batch).join();
      throw new AssertionError("a closed store accepted a batch");
    } catch (CompletionException e) {
      return StoreException.of(e).kind() != Kind.REJECTED;
    }
  }

  private static StoreException failure(Kind kind) {
    return new StoreException(kind, "by the test: " + kind, null);
  }

  // ---- for tests

  /** From now on, requests of these kinds wait for the test. */
  void hold(What... whats) {
    holding.addAll(List.of(whats));
  }

  /** From now on, requests of these kinds are executed at once; those held stay held. */
  void pass(What... whats) {
    List.of(whats).forEach(holding::remove);
    List.of(whats).forEach(failing::remove);
  }

  /** From now on, requests of this kind fail without being executed. */
  void fail(What what, Kind kind) {
    failing.put(what, failure(kind));
  }

  /** From now on, calls of this kind throw, which no store should do. */
  void breakDown(What what) {
    failing.put(what, new IllegalStateException("by the test"));
  }

  /** From now on, such batches are rejected for their content. */
  void reject(Predicate<Batch> batch) {
    unwanted = batch;
  }

  void limit(int maxOperations, int maxRequestBytes) {
    rules = rules(new StoreLimits(maxOperations, maxRequestBytes));
  }

  /** Takes the oldest held request of a kind. */
  Sent next(What what) {
    for (Sent sent : held) {
      if (sent.what == what) {
        held.remove(sent);
        return sent;
      }
    }
    throw new AssertionError("no request of the kind " + what + " is held, but " + held());
  }

  /** Takes a held request by its index. */
  Sent take(int index) {
    return held.remove(index);
  }

  /** The number of requests held. */
  int countHeld() {
    return held.size();
  }

  /** The kinds of the requests held. */
  List<What> held() {
    return held.stream().map(sent -> sent.what).toList();
  }

  /** The number of requests of a kind so far. */
  int count(What what) {
    return asked.getOrDefault(what, 0);
  }

  /** Every batch that was sent, in order. */
  List<Batch> batches() {
    return List.copyOf(batches);
  }

  /** The watch that was opened last. */
  ScriptedWatch watch() {
    ScriptedWatch last = watch;
    if (last == null) {
      throw new AssertionError("no watch was opened");
    }
    return last;
  }

  // ---- the store

  @Override
  public CompletableFuture<BatchResult> commit(Batch batch) {
    if (!obeysTheRules(batch)) {
      throw new AssertionError("breaks a rule: " + batch);
    }
    What what = what(batch);
    if (what == What.BATCH) {
      batches.add(batch);
      if (unwanted.test(batch)) {
        return CompletableFuture.failedFuture(failure(Kind.REJECTED));
      }
    }
    return call(what, batch, () -> store.commit(batch));
  }

  private static What what(Batch batch) {
    Operation first = batch.operations().get(0);
    if (first instanceof Operation.Put put && put.key().equals(PipelineNode.RECORD)) {
      return What.BATCH;
    }
    boolean lock =
        first instanceof Operation.Delete
            || (first instanceof Operation.Put put
                && put.key().equals(PipelineNode.EXCLUSIVE_LOCK));
    return lock ? What.EXCLUSIVE_LOCK : What.FENCE;
  }

  @Override
  public CompletableFuture<RangePage> range(RangeRequest request) {
    return call(What.RANGE, null, () -> store.range(request));
  }

  @Override
  public Watch watch(KeyRange range, long fromRevision, WatchListener listener) {
    ScriptedWatch opened = (ScriptedWatch) store.watch(range, fromRevision, listener);
    watch = opened;
    return opened.open();
  }

  @Override
  public CompletableFuture<Long> grantLease(Duration timeToLive) {
    return call(What.GRANT, null, () -> store.grantLease(timeToLive));
  }

  @Override
  public CompletableFuture<Void> renewLease(long lease) {
    return call(What.RENEW, null, () -> store.renewLease(lease));
  }

  @Override
  public CompletableFuture<Void> revokeLease(long lease) {
    return call(What.REVOKE, null, () -> store.revokeLease(lease));
  }

  @Override
  public StoreLimits limits() {
    return rules.limits();
  }

  @Override
  public CompletableFuture<String> describe() {
    return store.describe();
  }

  @Override
  public void close() {
    // The store is shared.
  }

  private <T> CompletableFuture<T> call(
      What what, @Nullable Batch batch, Supplier<CompletableFuture<T>> work) {
    asked.merge(what, 1, Integer::sum);
    RuntimeException failure = failing.get(what);
    if (failure instanceof StoreException) {
      return CompletableFuture.failedFuture(failure);
    }
    if (failure != null) {
      throw failure;
    }
    if (!holding.contains(what)) {
      return work.get();
    }
    CompletableFuture<T> future = new CompletableFuture<>();
    held.add(new Sent(what, batch, work, future));
    return future;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // done already
  private static <T> void pass(@Nullable CompletableFuture<T> from, CompletableFuture<T> to) {
    if (from != null) {
      from.whenComplete(
          (result, failure) -> {
            if (failure == null) {
              to.complete(result);
            } else {
              to.completeExceptionally(failure);
            }
          });
    }
  }
}
