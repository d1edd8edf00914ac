package io.petacore.internal.feed;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.error.StorageClosedException;
import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.mvcc.PreviousVersion;
import io.petacore.subscription.Change;
import io.petacore.subscription.ChangeBatch;
import io.petacore.subscription.ChangeListener;
import io.petacore.subscription.SubscribeOptions;
import io.petacore.subscription.Subscription;
import io.petacore.transaction.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The subscriptions of a storage.
 *
 * <p><b>Publication.</b> The cache's writer calls {@link #published} under its lock after each
 * revision, which costs one volatile read without subscriptions. It adds the changes to the {@link
 * Publications}. The {@link Dispatcher} finds the ranges that each change concerns, and adds to the
 * queues of their subscriptions; everything else is done by each one's {@link DeliveryTask}.
 *
 * <p><b>Registration.</b> A subscription enters the index, accepting, before the state is read that
 * its changes follow; a revision is published before the index is read for it. So a revision that
 * does not reach the subscription was published before the state was read, and is in it.
 *
 * <p>Safe for use by many threads.
 */
public final class Subscriptions implements FeedContext.Registry {

  private static final Logger log = LoggerFactory.getLogger(Subscriptions.class);

  /** A small part of the time after which a call that was not begun is handed over again. */
  private static final Duration RECHECK = Duration.ofSeconds(1);

  private final Scheduler scheduler;
  private final Executor defaultExecutor;
  private final ListenerExecutors executors;
  private final Publications publications = new Publications();
  private final Dispatcher dispatcher;
  private final FeedCounters counters = new FeedCounters();
  private final FeedContext context;

  /** The subscriptions whose last call was not made, with the executors that they were given. */
  @GuardedBy("this")
  private final Map<FeedSubscription, Optional<Executor>> open = new LinkedHashMap<>();

  @GuardedBy("this")
  private boolean rechecking;

  @GuardedBy("this")
  private boolean closed;

  /** Why no change will ever come; null while changes may come. */
  @GuardedBy("this")
  private @Nullable Throwable lost;

  /**
   * @param cache what was published
   * @param snapshots pins the newest published state; does not wait
   * @param scheduler keeps the time, and waits
   * @param dispatching distributes what is published; for nothing else, since it may have much to
   *     do
   * @param executor runs listeners without an executor of their own; accepts every task, and does
   *     not block
   */
  public Subscriptions(
      MvccCache cache,
      Supplier<Snapshot> snapshots,
      Scheduler scheduler,
      Scheduler dispatching,
      Executor executor) {
    this.scheduler = scheduler;
    this.defaultExecutor = executor;
    this.executors = new ListenerExecutors(scheduler);
    this.dispatcher = new Dispatcher(dispatching, publications, this::failedToPublish);
    this.context = new FeedContext(cache, snapshots, scheduler, dispatcher, counters, this);
  }

  // ---- the application

  /**
   * Subscribes a listener to a range.
   *
   * @throws StorageClosedException if the storage was closed
   */
  public Subscription subscribe(KeyRange range, SubscribeOptions options, ChangeListener listener) {
    return subscribe(range, options, new ListenerRecipient(listener));
  }

  /** Returns a publisher of a range's changes; each subscriber gets a subscription of its own. */
  public Flow.Publisher<ChangeBatch> changes(KeyRange range, SubscribeOptions options) {
    return new ChangePublisher(
        subscriber -> subscribe(range, options, new FlowRecipient(range, subscriber)));
  }

  private FeedSubscription subscribe(
      KeyRange range, SubscribeOptions options, Recipient recipient) {
    FeedSubscription subscription =
        new FeedSubscription(
            context,
            range,
            new PendingChanges(options.bufferChanges(), options.bufferBytes()),
            options.executor().map(executors::acquire).orElse(defaultExecutor),
            recipient);
    if (!options.hasInitialState()) {
      subscription.accept();
    }
    Throwable reason = register(subscription, options.executor());
    if (!options.hasInitialState()) {
      subscription.startAtApplied();
    }
    if (reason == null) {
      subscription.begin();
    } else {
      subscription.end(reason);
    }
    return subscription;
  }

  /** Returns why the subscription must end at once; null if it need not. */
  private synchronized @Nullable Throwable register(
      FeedSubscription subscription, Optional<Executor> given) {
    if (closed) {
      given.ifPresent(executors::release);
      throw new StorageClosedException("the storage was closed");
    }
    open.put(subscription, given);
    publications.index(publications.index().with(subscription));
    if (!rechecking) {
      rechecking = true;
      scheduler.repeat(RECHECK, this::recheck);
    }
    return lost;
  }

  @Override
  public synchronized void ended(FeedSubscription subscription) {
    publications.index(publications.index().without(subscription));
  }

  @Override
  public synchronized void finished(FeedSubscription subscription) {
    Optional<Executor> given = open.remove(subscription);
    if (given != null) {
      given.ifPresent(executors::release);
    }
  }

  /** Makes up for what executors have lost; returns whether there are subscriptions. */
  private boolean recheck() {
    List<FeedSubscription> all;
    synchronized (this) {
      rechecking = !open.isEmpty();
      all = List.copyOf(open.keySet());
    }
    all.forEach(FeedSubscription::recheck);
    dispatcher.wake();
    return !all.isEmpty();
  }

  // ---- the writer

  /**
   * Publishes what a revision changed; to be called after it is visible to readers, and before
   * history is freed. Writer only. Neither blocks nor throws nor runs application code.
   *
   * @param changes of the revision
   * @param before the state before it
   * @param now the state after it
   * @param resync whether the revision is the difference to a state that was loaded
   */
  public void published(
      List<io.petacore.internal.mvcc.Change> changes,
      AppliedState before,
      AppliedState now,
      boolean resync) {
    RangeIndex current = publications.index();
    if (current.isEmpty()) {
      return;
    }
    try {
      List<Change> concerned = new ArrayList<>(changes.size());
      for (io.petacore.internal.mvcc.Change change : changes) {
        Bytes key = change.key();
        if (!ReservedKeys.isReserved(key) && current.mayContain(key)) {
          Bytes previous = PreviousVersion.valueBefore(context.cache(), key, now.timestamp());
          if (previous != null || change.value() != null) {
            concerned.add(new Change(key, previous, change.value()));
          }
        }
      }
      if (!concerned.isEmpty()) {
        long from = resync ? Math.min(before.revision() + 1, now.revision()) : now.revision();
        publications.add(Revision.of(from, now.revision(), now.timestamp(), resync, concerned));
        dispatcher.wake();
      }
    } catch (RuntimeException | Error failed) {
      failedToPublish(failed);
    }
  }

  /** Ends all subscriptions rather than to leave a gap. */
  private void failedToPublish(Throwable failed) {
    log.error("a revision could not be published: its subscriptions end", failed);
    endAll(failed);
  }

  // ---- the end

  /** Ends all subscriptions, current and later ones, since no change will ever come. */
  public void lose(Throwable cause) {
    synchronized (this) {
      lost = cause;
    }
    endAll(cause);
  }

  private void endAll(@Nullable Throwable cause) {
    openOnes().forEach(subscription -> subscription.end(cause));
  }

  /**
   * Ends all subscriptions; to be called before the cache and the schedulers are closed. Does not
   * wait for calls in progress. The last call of each is handed over when it returns.
   */
  public void close() {
    synchronized (this) {
      closed = true;
    }
    endAll(null);
    dispatcher.close();
  }

  // ---- status

  /** The number of subscriptions that are not closed. */
  public int count() {
    return (int) openOnes().stream().filter(subscription -> !subscription.isClosed()).count();
  }

  /** The most changes that a subscriber may still be delivered. */
  public long maxPendingChanges() {
    return publications.waitingChanges()
        + openOnes().stream().mapToLong(FeedSubscription::pendingChanges).max().orElse(0);
  }

  private synchronized List<FeedSubscription> openOnes() {
    return List.copyOf(open.keySet());
  }

  /** Counters of deliveries. */
  public FeedCounters counters() {
    return counters;
  }
}
