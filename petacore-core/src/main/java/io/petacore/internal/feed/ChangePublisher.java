package io.petacore.internal.feed;

import static java.util.Objects.requireNonNull;

import io.petacore.error.StorageClosedException;
import io.petacore.subscription.ChangeBatch;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/** Subscribes each of its subscribers separately. Safe for use by many threads. */
record ChangePublisher(Consumer<Flow.Subscriber<? super ChangeBatch>> subscribing)
    implements Flow.Publisher<ChangeBatch> {

  @Override
  public void subscribe(Flow.Subscriber<? super ChangeBatch> subscriber) {
    requireNonNull(subscriber, "subscriber");
    try {
      subscribing.accept(subscriber);
    } catch (StorageClosedException closed) {
      subscriber.onSubscribe(NOTHING); // the specification requires it before the error (§1.9)
      subscriber.onError(closed);
    }
  }

  private static final Flow.Subscription NOTHING =
      new Flow.Subscription() {
        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
      };
}
