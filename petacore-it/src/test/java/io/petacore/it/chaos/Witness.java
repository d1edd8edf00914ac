package io.petacore.it.chaos;

import static io.petacore.testing.Answers.answer;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.it.CommitHistory;
import io.petacore.store.Event;
import io.petacore.store.KvStore;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import io.petacore.store.RevisionEvents;
import io.petacore.store.StoreException;
import io.petacore.store.Watch;
import io.petacore.store.WatchListener;
import io.petacore.testing.Await;
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
  private final RangeRequest newestCommit;
  private final int prefixLength;
  private final Bytes elements;
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
    Bytes prefix = Bytes.utf8(namespace);
    this.prefixLength = prefix.length();
    this.newestCommit =
        new RangeRequest(KeyRange.single(prefix.concat(ReservedKeys.COMMIT_RECORD)), 0, 1);
    this.elements = prefix.concat(Bytes.utf8(Client.SET));
    this.history = new CommitHistory(namespace);
    open();
  }

  private synchronized void open() {
    if (!closed && failure == null) {
      watch = store.watch(range, revision + 1, new Listener());
    }
  }

  /**
   * Waits until it has seen every commit that etcd has by now.
   *
   * @return etcd's revision: up to it, history may be forgotten
   */
  long catchUp() {
    RangePage record = Await.value("etcd answers", () -> answer(store.range(newestCommit)));
    long newest = record.entries().isEmpty() ? 0 : record.entries().get(0).modRevision();
    Await.until(
        "the witness has seen everything",
        () -> {
          assertWell();
          return hasSeen(newest);
        });
    skipTo(record.revision());
    return record.revision();
  }

  private synchronized boolean hasSeen(long wanted) {
    return revision >= wanted;
  }

  /** Between the newest commit and here, at most sessions have ended. */
  private synchronized void skipTo(long reached) {
    revision = Math.max(revision, reached);
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
          next.events().forEach(this::requireFirst);
        } catch (AssertionError e) {
          failure = e;
        }
        revision = next.revision();
      }
    }
  }

  /** At rest it would be noticed, too; the sooner, the nearer to what has caused it. */
  private void requireFirst(Event event) {
    if (event.value() != null && event.key().startsWith(elements)) {
      String element = event.key().substring(prefixLength).toUtf8();
      if (history.puts(element) > 1) {
        throw new AssertionError(element + " was put a second time");
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
