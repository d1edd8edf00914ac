package io.petacore.bench.benchmark.write;

import io.petacore.DistributedStorage;
import io.petacore.transaction.TransactionOptions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Commits on another node at a fixed rate, to a rotating set of keys. */
final class Background implements AutoCloseable {

  private static final int KEYS = 1_000;

  private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor();
  private final Future<?> ticking;
  private final AtomicLong started = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();

  Background(DistributedStorage storage, int perSecond, String value) {
    ticking =
        ticker.scheduleAtFixedRate(
            () -> commitOne(storage, value),
            0,
            TimeUnit.SECONDS.toNanos(1) / perSecond,
            TimeUnit.NANOSECONDS);
  }

  private void commitOne(DistributedStorage storage, String value) {
    String key = "w" + started.getAndIncrement() % KEYS;
    CompletableFuture<?> unused =
        storage
            .runTransactionAsync(TransactionOptions.defaults(), tx -> tx.write(key, value))
            .whenComplete(
                (result, failure) -> {
                  if (failure != null) {
                    failed.incrementAndGet();
                  }
                });
  }

  /** Throws if the other node has failed to commit. */
  void requireNoFailure() {
    if (ticking.isDone()) {
      throw new IllegalStateException("the other node no longer commits");
    }
    if (failed.get() > 0) {
      throw new IllegalStateException(failed.get() + " commits of the other node failed");
    }
  }

  @Override
  public void close() {
    ticker.shutdownNow();
  }
}
