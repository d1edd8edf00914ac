package io.petacore.internal.feed;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.internal.concurrent.ThreadScheduler;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.subscription.Change;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parts of subscriptions for tests. */
final class FeedFixture {

  private static final ThreadScheduler SCHEDULER = new ThreadScheduler("unused");
  private static final Dispatcher DISPATCHER =
      new Dispatcher(
          SCHEDULER,
          new Publications(),
          failed -> {
            throw new AssertionError(failed);
          });

  private FeedFixture() {}

  /** A subscription that is never called. */
  static FeedSubscription subscription(KeyRange range) {
    return subscription(range, 1);
  }

  /** A subscription that is never called, with a buffer for so many changes. */
  static FeedSubscription subscription(KeyRange range, int buffer) {
    FeedContext context =
        new FeedContext(
            new MvccCache(Duration.ofSeconds(1), System::nanoTime),
            () -> {
              throw new AssertionError("no state");
            },
            SCHEDULER,
            DISPATCHER,
            new FeedCounters(),
            new FeedContext.Registry() {
              @Override
              public void ended(FeedSubscription subscription) {}

              @Override
              public void finished(FeedSubscription subscription) {}
            });
    return new FeedSubscription(
        context,
        range,
        new PendingChanges(buffer, 1_000),
        task -> {},
        new ListenerRecipient(batch -> {}));
  }

  static Change change(String key, @Nullable String before, @Nullable String after) {
    return new Change(Bytes.utf8(key), bytes(before), bytes(after));
  }

  private static @Nullable Bytes bytes(@Nullable String value) {
    return value == null ? null : Bytes.utf8(value);
  }

  /** A revision whose timestamp is ten times its number. */
  static Revision revision(long number, Change... changes) {
    return Revision.of(number, number, 10 * number, false, List.of(changes));
  }
}
