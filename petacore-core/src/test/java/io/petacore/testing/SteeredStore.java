package io.petacore.testing;

import io.petacore.data.KeyRange;
import io.petacore.store.Batch;
import io.petacore.store.BatchResult;
import io.petacore.store.KvStore;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import io.petacore.store.RevisionEvents;
import io.petacore.store.StoreException;
import io.petacore.store.StoreLimits;
import io.petacore.store.Watch;
import io.petacore.store.WatchListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store between a node and its real one, with which a test decides what happens when: events can
 * be held back, commits answered otherwise, the connection can be cut, and something can be done
 * before a read.
 */
public final class SteeredStore implements KvStore {

  private final KvStore store;
  private final Set<SteeredWatch> watches = ConcurrentHashMap.newKeySet();
  private volatile Consumer<RangeRequest> beforeRange = request -> {};
  private volatile @Nullable StoreException cut;
  private volatile CommitAction onCommit = (batch, pass) -> pass.get();
  private volatile boolean holding;
  private final List<Supplier<CompletableFuture<?>>> heldCommits =
      new ArrayList<>(); // guarded by itself
  private boolean holdingCommits; // guarded by heldCommits

  /** What happens to a commit, or to what is sent like one, when it would reach the store. */
  @FunctionalInterface
  public interface CommitAction {
    /**
     * Answers a batch.
     *
     * @param pass has the store execute it
     */
    CompletableFuture<BatchResult> answer(
        Batch batch, Supplier<CompletableFuture<BatchResult>> pass);
  }

  /** Steers a store; closing this one closes it. */
  public SteeredStore(KvStore store) {
    this.store = store;
  }

  /** Does something before every read, on the thread that reads. */
  public void beforeRange(Consumer<RangeRequest> action) {
    beforeRange = action;
  }

  /** From now on this happens to commits that are neither cut off nor held. */
  public void onCommit(CommitAction action) {
    onCommit = action;
  }

  /** Ends all watches and lets no request through. When it has returned, no event is delivered. */
  public void cut() {
    cut(StoreException.Kind.UNAVAILABLE, "cut by the test");
  }

  /** Ends all watches, and fails every request so. */
  public void cut(StoreException.Kind kind, String reason) {
    cut = new StoreException(kind, reason, null);
    watches.forEach(SteeredWatch::breakOff);
  }

  /** Lets requests through again. */
  public void mend() {
    cut = null;
  }

  /** Keeps events back, in order. When it has returned, none is delivered. */
  public void holdEvents() {
    holding = true;
    watches.forEach(SteeredWatch::awaitDelivery);
  }

  /** Delivers what was held, and what follows. */
  public void releaseEvents() {
    holding = false;
    watches.forEach(SteeredWatch::deliverHeld);
  }

  /** Keeps commits back, and all that is sent like one, in order: they reach the store later. */
  public void holdCommits() {
    synchronized (heldCommits) {
      holdingCommits = true;
    }
  }

  /** How many commits are held. */
  public int countHeldCommits() {
    synchronized (heldCommits) {
      return heldCommits.size();
    }
  }

  /** Lets held commits reach the store, one after another, and what follows. */
  public void releaseCommits() {
    List<Supplier<CompletableFuture<?>>> due;
    synchronized (heldCommits) {
      holdingCommits = false;
      due = List.copyOf(heldCommits);
      heldCommits.clear();
    }
    due.forEach(held -> held.get().handle((result, failure) -> true).join());
  }

  @Override
  public CompletableFuture<RangePage> range(RangeRequest request) {
    beforeRange.accept(request);
    return cut != null ? unavailable() : store.range(request);
  }

  @Override
  public CompletableFuture<BatchResult> commit(Batch batch) {
    if (cut != null) {
      return unavailable();
    }
    synchronized (heldCommits) {
      if (holdingCommits) {
        CompletableFuture<BatchResult> answer = new CompletableFuture<>();
        heldCommits.add(
            () ->
                reach(batch)
                    .whenComplete(
                        (result, failure) -> {
                          if (failure == null) {
                            answer.complete(result);
                          } else {
                            answer.completeExceptionally(StoreException.of(failure));
                          }
                        }));
        return answer;
      }
    }
    return reach(batch);
  }

  private CompletableFuture<BatchResult> reach(Batch batch) {
    return onCommit.answer(batch, () -> store.commit(batch));
  }

  @Override
  public Watch watch(KeyRange range, long fromRevision, WatchListener listener) {
    SteeredWatch watch = new SteeredWatch(listener);
    watches.add(watch);
    watch.open(range, fromRevision);
    return watch;
  }

  @Override
  public CompletableFuture<Long> grantLease(Duration timeToLive) {
    return cut != null ? unavailable() : store.grantLease(timeToLive);
  }

  @Override
  public CompletableFuture<Void> renewLease(long lease) {
    return cut != null ? unavailable() : store.renewLease(lease);
  }

  @Override
  public CompletableFuture<Void> revokeLease(long lease) {
    return cut != null ? unavailable() : store.revokeLease(lease);
  }

  @Override
  public StoreLimits limits() {
    return store.limits();
  }

  @Override
  public CompletableFuture<String> describe() {
    return cut != null ? unavailable() : store.describe();
  }

  @Override
  public void close() {
    store.close();
  }

  private <T> CompletableFuture<T> unavailable() {
    return CompletableFuture.failedFuture(cutOff());
  }

  private StoreException cutOff() {
    StoreException why = cut;
    return why == null
        ? new StoreException(StoreException.Kind.UNAVAILABLE, "cut by the test", null)
        : why;
  }

  /** Calls to the node's listener are made under this object's monitor, so one at a time. */
  private final class SteeredWatch implements Watch, WatchListener {
    private final WatchListener listener;
    private final List<RevisionEvents> held = new ArrayList<>();
    private volatile @Nullable Watch inner;
    private volatile boolean over;

    SteeredWatch(WatchListener listener) {
      this.listener = listener;
    }

    void open(KeyRange range, long fromRevision) {
      if (cut == null) {
        inner = store.watch(range, fromRevision, this);
      }
      if (cut != null || over) {
        breakOff();
      }
    }

    void breakOff() {
      boolean wasOver = over;
      close();
      synchronized (this) {
        if (!wasOver) {
          listener.onEnd(cutOff());
        }
      }
    }

    synchronized void awaitDelivery() {
      // The delivering thread holds the monitor.
    }

    synchronized void deliverHeld() {
      if (!over && !held.isEmpty()) {
        List<RevisionEvents> due = List.copyOf(held);
        held.clear();
        listener.onRevisions(due);
      }
    }

    @Override
    public synchronized void onOpened() {
      if (!over) {
        listener.onOpened();
      }
    }

    @Override
    public synchronized void onRevisions(List<RevisionEvents> revisions) {
      held.addAll(revisions);
      if (!holding) {
        deliverHeld();
      }
    }

    @Override
    public synchronized void onEnd(StoreException cause) {
      watches.remove(this);
      if (!over) {
        over = true;
        listener.onEnd(cause);
      }
    }

    @Override
    public void close() {
      over = true;
      watches.remove(this);
      Watch watch = inner;
      if (watch != null) {
        watch.close();
      }
    }
  }
}
