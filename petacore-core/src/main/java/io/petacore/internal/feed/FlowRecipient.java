package io.petacore.internal.feed;

import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.subscription.Change;
import io.petacore.subscription.ChangeBatch;
import io.petacore.transaction.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber of Reactive Streams, which receives as many batches as it has requested. Changes
 * without demand wait as they do for a busy listener. The state is its first batch.
 */
final class FlowRecipient implements Recipient {

  private final KeyRange range;
  private final AtomicLong demand = new AtomicLong();

  /** Null once it has cancelled, so that the publisher no longer refers to it. */
  private volatile Flow.@Nullable Subscriber<? super ChangeBatch> subscriber;

  FlowRecipient(KeyRange range, Flow.Subscriber<? super ChangeBatch> subscriber) {
    this.range = range;
    this.subscriber = subscriber;
  }

  private final class Demand implements Flow.Subscription {
    private final FeedSubscription subscription;

    Demand(FeedSubscription subscription) {
      this.subscription = subscription;
    }

    @Override
    public void request(long n) {
      if (n > 0) {
        demand.accumulateAndGet(n, FlowRecipient::sum);
        subscription.demanded();
      } else {
        subscription.end(
            new IllegalArgumentException(
                "the number of requested batches must be positive (§3.9): " + n));
      }
    }

    @Override
    public void cancel() {
      subscriber = null;
      subscription.end(null);
    }
  }

  private static long sum(long one, long other) {
    long sum = one + other;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  @Override
  public boolean isReady() {
    return demand.get() > 0;
  }

  @Override
  public void onStart(FeedSubscription subscription) {
    Flow.Subscriber<? super ChangeBatch> to = subscriber;
    if (to != null) {
      to.onSubscribe(new Demand(subscription));
    }
  }

  @Override
  public void onState(Snapshot state) {
    List<Change> all = new ArrayList<>();
    for (Entry entry : state.scan(range)) {
      all.add(new Change(entry.key(), null, entry.value()));
    }
    onChanges(new ChangeBatch(state.revision(), state.revision(), state.timestamp(), true, all));
  }

  @Override
  public void onChanges(ChangeBatch batch) {
    Flow.Subscriber<? super ChangeBatch> to = subscriber;
    if (to != null) {
      demand.updateAndGet(n -> n == Long.MAX_VALUE ? n : n - 1);
      to.onNext(batch);
    }
  }

  @Override
  public void onClosed(@Nullable Throwable cause) {
    Flow.Subscriber<? super ChangeBatch> to = subscriber;
    subscriber = null;
    if (to == null) {
      return;
    }
    if (cause == null) {
      to.onComplete();
    } else {
      to.onError(cause);
    }
  }

  /** A subscriber must not throw (§2.13); one that does is treated as if it had cancelled. */
  @Override
  public boolean failed() {
    subscriber = null;
    return false;
  }
}
