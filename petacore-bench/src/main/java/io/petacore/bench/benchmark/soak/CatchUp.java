package io.petacore.bench.benchmark.soak;

import io.petacore.DistributedStorage;
import io.petacore.bench.support.console.CommandFailedException;
import io.petacore.bench.support.console.Figures;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.subscription.ChangeBatch;
import io.petacore.subscription.ChangeListener;
import io.petacore.subscription.SubscribeOptions;
import io.petacore.subscription.Subscription;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * A listener that is held up in a call while many changes are committed. It must then be given
 * their net effect in one batch, of no more changes than there are keys, and the heap must not grow
 * with the number of changes.
 */
final class CatchUp implements ChangeListener {

  private static final int WRITES = 100; // of a transaction

  private final DistributedStorage storage;
  private final Executor executor;
  private final int keys;
  private final CountDownLatch called = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);
  private final CompletableFuture<ChangeBatch> next = new CompletableFuture<>();

  CatchUp(DistributedStorage storage, Executor executor, int keys) {
    this.storage = storage;
    this.executor = executor;
    this.keys = keys;
  }

  @Override
  public void onChanges(ChangeBatch batch) {
    if (called.getCount() == 0) {
      next.complete(batch);
      return;
    }
    called.countDown();
    try {
      released.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Makes changes, and describes what the listener was given. */
  String run(int changes) throws Exception {
    SubscribeOptions options = SubscribeOptions.defaults().executor(executor);
    Subscription subscription = storage.subscribe(KeyRange.prefix("key"), options, this);
    try {
      write(0, WRITES);
      called.await();
      // By then every key is held as changed: what grows from here on grows with the changes.
      int first = Math.max(2 * keys, changes / 10);
      write(0, first);
      long before = heap();
      write(first, changes);
      long after = heap();
      long pending = storage.status().subscriptions().maxPendingChanges();
      released.countDown();
      ChangeBatch batch = next.get(1, TimeUnit.MINUTES);
      String found =
          String.format(
              "%s changes behind: one batch of %s, conflated: %s; %s were pending; heap %s KiB after %s"
                  + " changes, %s KiB after all",
              Figures.count(changes),
              Figures.count(batch.changes().size()),
              batch.conflated(),
              Figures.count(pending),
              Figures.count(before >> 10),
              Figures.count(first),
              Figures.count(after >> 10));
      if (!batch.conflated()
          || batch.changes().size() > keys
          || batch.toRevision() != storage.revision()
          || after > before + Heap.MAX_GROWTH) {
        throw new CommandFailedException(found);
      }
      return found;
    } finally {
      released.countDown();
      subscription.close();
    }
  }

  private long heap() throws InterruptedException {
    Heap.awaitFreedHistory(storage, 2);
    return Heap.afterCollection();
  }

  private void write(int from, int to) {
    for (int i = from; i < to; i += WRITES) {
      int begin = i;
      storage.runTransaction(
          tx -> {
            for (int j = begin; j < begin + WRITES; j++) {
              tx.write(Bytes.utf8("key" + j % keys), Bytes.utf8("value" + j));
            }
          });
    }
  }
}
