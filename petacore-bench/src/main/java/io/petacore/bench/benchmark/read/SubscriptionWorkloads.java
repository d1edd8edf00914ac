package io.petacore.bench.benchmark.read;

import io.petacore.bench.support.console.Figures;
import io.petacore.bench.support.console.MeasurementOptions;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.subscription.ChangeBatch;
import io.petacore.subscription.SubscribeOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What subscriptions cost the thread that applies changes, and catching up after a long call. */
final class SubscriptionWorkloads {

  private static final int KEYS = 100_000;
  private static final int PREFIXES = 1_000;
  private static final int CHANGES = 10;
  private static final int SLICE = 2_000; // revisions
  private static final int CAUGHT_UP_KEYS = 10_000;
  private static final int CAUGHT_UP_CHANGES = 1_000_000;

  private final MeasurementOptions options;

  SubscriptionWorkloads(MeasurementOptions options) {
    this.options = options;
  }

  List<Workload> all() {
    return List.of(
        applying(0, 1 / 0.95),
        applying(10, 1 / 0.9),
        applying(PREFIXES, 1 / 0.7),
        new Workload(
            "conflated catch-up of 1,000,000 changes over 10,000 keys",
            "",
            Unit.NANOSECONDS,
            Comparison.PER_SECOND,
            Measurement.NONE,
            round -> catchUp()));
  }

  private Workload applying(int subscribers, double target) {
    return new Workload(
        "applying changes with " + Figures.count(subscribers) + " subscribers of disjoint prefixes",
        "applying changes",
        Unit.NANOSECONDS,
        Comparison.TIMES,
        target,
        round -> applying(subscribers));
  }

  private static Bytes key(int i) {
    return Bytes.utf8((PREFIXES + i % PREFIXES) + "/" + i);
  }

  /** Alternates between a cache with subscribers to all its keys and one without. */
  private Measurement applying(int subscribers) {
    try (PublishedCache plain = new PublishedCache(KEYS, SubscriptionWorkloads::key);
        PublishedCache published = new PublishedCache(KEYS, SubscriptionWorkloads::key)) {
      for (int i = 0; i < subscribers; i++) {
        int first = PREFIXES + i * PREFIXES / subscribers;
        int next = PREFIXES + (i + 1) * PREFIXES / subscribers;
        published.subscribe(
            KeyRange.closedOpen(first + "/", next + "/"), SubscribeOptions.defaults(), batch -> {});
      }
      long own = 0;
      long reference = 0;
      long slices = 0;
      long begun = System.nanoTime();
      long warm = begun + options.warmUp().toNanos();
      long end = warm + options.time().toNanos();
      while (System.nanoTime() - end < 0) {
        boolean counts = System.nanoTime() - warm >= 0;
        long referenceNanos = plain.applyRandom(SLICE, CHANGES);
        long ownNanos = published.applyRandom(SLICE, CHANGES);
        if (counts) {
          reference += referenceNanos;
          own += ownNanos;
          slices++;
        }
      }
      double changes = (double) slices * SLICE * CHANGES;
      return new Measurement(own / changes, reference / changes, "");
    }
  }

  /** Measures from the end of a long call until the next one has everything. */
  private Measurement catchUp() throws InterruptedException {
    BlockingQueue<ChangeBatch> batches = new ArrayBlockingQueue<>(CAUGHT_UP_CHANGES);
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    try (PublishedCache cache = new PublishedCache(CAUGHT_UP_KEYS, i -> Bytes.utf8("k/" + i))) {
      cache.subscribe(
          KeyRange.all(),
          SubscribeOptions.defaults(),
          batch -> {
            entered.countDown();
            await(gate);
            batches.add(batch);
          });
      cache.applyRandom(1, 1);
      await(entered);
      cache.applyRandom(CAUGHT_UP_CHANGES / CHANGES, CHANGES);
      long from = System.nanoTime();
      gate.countDown();
      List<Integer> sizes = new ArrayList<>();
      while (sizes.size() < 2) {
        ChangeBatch next = batches.poll(1, TimeUnit.MINUTES);
        if (next == null) {
          throw new IllegalStateException("the listener was not called");
        }
        sizes.add(next.changes().size());
      }
      long nanos = System.nanoTime() - from;
      return new Measurement(
          (double) nanos / CAUGHT_UP_CHANGES,
          Measurement.NONE,
          "one batch of " + Figures.count(sizes.get(1)) + " changes");
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(5, TimeUnit.MINUTES)) {
        throw new IllegalStateException("not within 5 min");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
