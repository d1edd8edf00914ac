package io.petacore.it.chaos;

import io.petacore.data.KeyRange;
import io.petacore.it.CommitHistory;
import io.petacore.store.KvStore;
import io.petacore.store.RevisionEvents;
import io.petacore.store.StoreException;
import io.petacore.store.Watch;
import io.petacore.store.WatchListener;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sees everything that is committed in a namespace, by a watch of its own that no proxy stands
 * before, and goes on after each end of it. It is what storages are held against, so it uses none.
 */
final class Witness implements AutoCloseable {

  private static final Executor SOON =
      CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS);

  private final KvStore store;
  private final KeyRange range;
  private final CommitHistory history;

  // Guarded by this.
  private @Nullable Watch watch;
  private @Nullable Throwable failure;
  private long revision;
  private boolean closed;

  /**
   * @param store a connection of its own, which it closes
   */
  Witness(KvStore store, String namespace) {
    this.store = store;
    this.range = KeyRange.prefix(namespace);
    this.history = new CommitHistory(namespace);
    open();
  }

  private synchronized void open() {
    if (!closed && failure == null) {
      watch = store.watch(range, revision + 1, new Listener());
    }
  }

  /** The newest revision that it has seen: nothing above may be compacted. */
  synchronized long revision() {
    return revision;
  }

  /**
   * That nothing was seen that must not be.
   *
   * @throws AssertionError if something was
   */
  synchronized void assertWell() {
    if (failure != null) {
      throw new AssertionError("seen in etcd itself: " + failure.getMessage(), failure);
    }
  }

  synchronized boolean isWell() {
    return failure == null;
  }

  /** Looks at what was seen, while nothing is added. */
  synchronized void look(Consumer<CommitHistory> look) {
    look.accept(history);
  }

  private synchronized void add(List<RevisionEvents> revisions) {
    for (RevisionEvents next : revisions) {
      if (failure == null && next.revision() > revision) {
        try {
          history.add(next);
        } catch (AssertionError e) {
          failure = e;
        }
        revision = next.revision();
      }
    }
  }

  private synchronized void ended(StoreException cause) {
    if (cause.kind() == StoreException.Kind.COMPACTED) {
      failure = new AssertionError("the witness has missed revisions after " + revision, cause);
    }
    SOON.execute(this::open);
  }

  @Override
  public void close() {
    Watch last;
    synchronized (this) {
      closed = true;
      last = watch;
    }
    if (last != null) {
      last.close();
    }
    store.close();
  }

  private final class Listener implements WatchListener {
    @Override
    public void onOpened() {
      // What counts is what it tells.
    }

    @Override
    public void onRevisions(List<RevisionEvents> revisions) {
      add(revisions);
    }

    @Override
    public void onEnd(StoreException cause) {
      ended(cause);
    }
  }
}
