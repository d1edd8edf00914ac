package io.petacore.bench.benchmark.read;

import io.petacore.bench.benchmark.micro.SampleData;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.internal.concurrent.ApplicationExecutor;
import io.petacore.internal.concurrent.ThreadScheduler;
import io.petacore.internal.feed.Subscriptions;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.Change;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.subscription.ChangeListener;
import io.petacore.subscription.SubscribeOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ForkJoinPool;
import java.util.function.IntFunction;

/** A cache and its subscriptions, without the rest of a storage. */
final class PublishedCache implements AutoCloseable {

  private static final Duration RETENTION = Duration.ofMillis(100);

  private final SplittableRandom random = new SplittableRandom(5);
  private final ThreadScheduler scheduler = new ThreadScheduler("published-cache");
  private final ThreadScheduler dispatching = new ThreadScheduler("published-cache-subscriptions");
  private final MvccCache cache = new MvccCache(RETENTION, System::nanoTime);
  private final Subscriptions subscriptions =
      new Subscriptions(
          cache,
          () -> {
            throw new IllegalStateException("subscribed without the initial state");
          },
          scheduler,
          dispatching,
          new ApplicationExecutor(ForkJoinPool.commonPool(), scheduler));
  private final Bytes[] keys;
  private long revision = 1;

  PublishedCache(int count, IntFunction<Bytes> key) {
    keys = new Bytes[count];
    cache.beginLoad();
    for (int i = 0; i < count; i++) {
      keys[i] = key.apply(i);
      cache.load(new Change(keys[i], SampleData.value(i), 1));
    }
    cache.endLoad(revision, revision);
  }

  void subscribe(KeyRange range, SubscribeOptions options, ChangeListener listener) {
    subscriptions.subscribe(range, options.withoutInitialState(), listener);
  }

  /** Applies revisions of random changes as the writer does; returns the time that this took. */
  long applyRandom(int revisions, int changesEach) {
    long from = System.nanoTime();
    for (int i = 0; i < revisions; i++) {
      revision++;
      List<Change> changes = new ArrayList<>(changesEach);
      for (int j = 0; j < changesEach; j++) {
        Bytes key = keys[random.nextInt(keys.length)];
        changes.add(new Change(key, SampleData.fastValue(), revision));
      }
      AppliedState before = cache.applied();
      cache.applyAndKeep(changes, revision, revision);
      subscriptions.published(changes, before, cache.applied(), false);
      cache.freeHistory();
    }
    return System.nanoTime() - from;
  }

  @Override
  public void close() {
    subscriptions.close();
    scheduler.shutdown();
    dispatching.shutdown();
  }
}
