package io.petacore.it.chaos;

import static io.petacore.testing.Answers.answer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
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
 * Records the history of a namespace with a watch that has no proxy and is reopened when it ends.
 * Storages are compared with it, so it uses no storage.
 */
final class Observer implements AutoCloseable {

  private static final Executor DELAYED =
      CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS);

  private final KvStore store;
  private final KeyRange range;
  private final RangeRequest newestCommit;
  private final int prefixLength;
  private final Bytes elements;
  private final CommitHistory history;

  @GuardedBy("this")
  private @Nullable Watch watch;

  @GuardedBy("this")
  private @Nullable Throwable failure;

  @GuardedBy("this")
  private long revision;

  @GuardedBy("this")
  private boolean closed;

  /**
   * @param store a connection, which this closes
   */
  Observer(KvStore store, String namespace) {
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
   * Waits until every current commit in etcd is recorded.
   *
   * @return the revision up to which history may be compacted
   */
  long catchUp() {
    RangePage record = Await.value("etcd responds", () -> answer(store.range(newestCommit)));
    long newest = record.entries().isEmpty() ? 0 : record.entries().get(0).modRevision();
    Await.until(
        "the observer has recorded all commits",
        () -> {
          assertConsistent();
          return hasRecorded(newest);
        });
    skipTo(record.revision());
    return record.revision();
  }

  private synchronized boolean hasRecorded(long wanted) {
    return revision >= wanted;
  }

  /** Skips revisions without commits. */
  private synchronized void skipTo(long reached) {
    revision = Math.max(revision, reached);
  }

  /**
   * Asserts that the recorded history is consistent.
   *
   * @throws AssertionError if it is not
   */
  synchronized void assertConsistent() {
    if (failure != null) {
      throw new AssertionError("inconsistent history in etcd: " + failure.getMessage(), failure);
    }
  }

  synchronized boolean isConsistent() {
    return failure == null;
  }

  /** Reads the history exclusively. */
  synchronized void read(Consumer<CommitHistory> reader) {
    reader.accept(history);
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

  /** Also checked at quiescence; checked here to detect it close to its cause. */
  private void requireFirst(Event event) {
    if (event.value() != null && event.key().startsWith(elements)) {
      String element = event.key().substring(prefixLength).toUtf8();
      if (history.puts(element) > 1) {
        throw new AssertionError(element + " was put twice");
      }
    }
  }

  private synchronized void ended(StoreException cause) {
    if (cause.kind() == StoreException.Kind.COMPACTED) {
      failure = new AssertionError("the observer missed revisions after " + revision, cause);
    }
    DELAYED.execute(this::open);
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
      // Nothing to do.
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
