package io.petacore.internal.feed;

import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.transaction.Snapshot;
import java.util.function.Supplier;

/**
 * What all subscriptions of a storage share.
 *
 * @param cache what was published
 * @param snapshots pins the newest published state; does not wait
 * @param scheduler the time, and waiting
 * @param dispatcher hands subscriptions over to their executors
 * @param counters of deliveries
 * @param registry the subscriptions of the storage
 */
record FeedContext(
    MvccCache cache,
    Supplier<Snapshot> snapshots,
    Scheduler scheduler,
    Dispatcher dispatcher,
    FeedCounters counters,
    Registry registry) {

  /** Forgets subscriptions. */
  interface Registry {
    /** Publishes nothing to a subscription any more: it has ended. */
    void ended(FeedSubscription subscription);

    /** Forgets a subscription whose last call was made. */
    void finished(FeedSubscription subscription);
  }
}
