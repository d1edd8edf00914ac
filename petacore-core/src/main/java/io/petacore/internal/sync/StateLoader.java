package io.petacore.internal.sync;

import io.petacore.data.Bytes;
import io.petacore.internal.concurrent.Backoff;
import io.petacore.internal.concurrent.Continuation;
import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.mvcc.Change;
import io.petacore.internal.mvcc.RevisionListener.Bookkeeping;
import io.petacore.store.KeyValue;
import io.petacore.store.KvStore;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import io.petacore.store.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads a whole namespace in pages at one revision, that of the first page. If that revision is
 * compacted during the load, the load restarts at a newer one.
 *
 * <p>The next page is requested before the previous one is processed. Pages are sized by bytes: the
 * average entry of a page determines the limit of the next one, and a page that is too large is
 * requested again with a lower limit. The server may count the remaining keys of a range for every
 * page; {@link PageRanges} limits that cost, so pages can be small, which bounds the memory of the
 * server and of this node.
 *
 * <p><b>One request at a time.</b> A page is awaited as long as bytes of it arrive. A page request
 * that timed out may still keep the store busy, because of its range, not of its limit. The next
 * request is therefore preceded by a pause as long as the wait, and covers a narrower range. A load
 * that has read entries tolerates more failures, since it would have to read them again.
 */
final class StateLoader {

  private static final Logger log = LoggerFactory.getLogger(StateLoader.class);

  static final int FIRST_PAGE = 300;
  private static final int GROWTH = 30;
  private static final int MAX_PAGE = 50_000;
  private static final long PAGE_BYTES = 8L << 20;
  private static final int FIRST_PAGE_ATTEMPTS = 4;
  private static final int LATER_PAGE_ATTEMPTS = 10;
  private static final int ENTRY_OVERHEAD_BYTES = 32;
  private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(1);
  private static final Duration MIN_BACKOFF = Duration.ofMillis(20);
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(2);

  /** The maximum pause after a page request that timed out. */
  private static final Duration MAX_RECOVERY = Duration.ofSeconds(30);

  private final KvStore store;
  private final Namespace namespace;
  private final KeyClassifier classifier;
  private final Scheduler scheduler;
  private final LongConsumer progress;
  private final Consumer<StoreException> onRetry;
  private volatile long lastReceivedNanos;
  private volatile boolean stopped;

  /**
   * @param progress receives the number of entries read so far, reserved keys included, about once
   *     a second
   * @param onRetry receives the reason when a page is requested again
   */
  StateLoader(
      KvStore store,
      Namespace namespace,
      KeyClassifier classifier,
      Scheduler scheduler,
      LongConsumer progress,
      Consumer<StoreException> onRetry) {
    this.store = store;
    this.namespace = namespace;
    this.classifier = classifier;
    this.scheduler = scheduler;
    this.progress = progress;
    this.onRetry = onRetry;
    this.lastReceivedNanos = scheduler.nanoTime();
  }

  /** Sends no further requests; a running load fails. May be called by any thread. */
  void stop() {
    stopped = true;
  }

  /** The scheduler's time at which bytes of a page last arrived, in nanoseconds. */
  long lastReceivedNanos() {
    return lastReceivedNanos;
  }

  private void arriving(long bytes) {
    lastReceivedNanos = scheduler.nanoTime();
  }

  /**
   * Starts a load.
   *
   * @param sink receives the keys that the cache keeps, on the scheduler
   * @return fails with {@link StoreException} if the store cannot be read
   */
  CompletableFuture<LoadedState> load(LoadSink sink) {
    Load load = new Load(sink);
    load.start();
    return load.done;
  }

  /** A running load; its steps run one after another on the scheduler. */
  private final class Load {
    private final CompletableFuture<LoadedState> done = new CompletableFuture<>();
    private final LoadSink sink;
    private List<Bookkeeping> bookkeeping = new ArrayList<>();
    private CommitRecordState record = CommitRecordState.NONE;
    private LatestChange newest = LatestChange.NONE;
    private PageRanges ranges = new PageRanges(namespace.range());
    private long revision;
    private int limit = FIRST_PAGE;
    private int failures;
    private long requestedNanos;
    private long revisionRequestedNanos;
    private final Backoff backoff = new Backoff(MIN_BACKOFF, MAX_BACKOFF, scheduler::chance);
    private long entries;
    private long reportedNanos = scheduler.nanoTime();

    Load(LoadSink sink) {
      this.sink = sink;
    }

    void start() {
      sink.begin();
      bookkeeping = new ArrayList<>();
      record = CommitRecordState.NONE;
      newest = LatestChange.NONE;
      ranges = new PageRanges(namespace.range());
      revision = 0;
      entries = 0;
      readNext();
    }

    private void readNext() {
      if (stopped) {
        done.completeExceptionally(
            new StoreException(StoreException.Kind.CLOSED, "the storage was closed", null));
        return;
      }
      requestedNanos = scheduler.nanoTime();
      Continuation.after(
          store.bulkRange(
              new RangeRequest(ranges.next(), revision, limit), StateLoader.this::arriving),
          scheduler,
          this::received,
          done::completeExceptionally);
    }

    private void received(@Nullable RangePage page, @Nullable Throwable failure) {
      if (page == null) {
        failed(StoreException.of(failure));
      } else if (page.more() && page.entries().isEmpty()) {
        failed(
            new StoreException(
                StoreException.Kind.UNAVAILABLE,
                "the store announced more entries and sent none",
                null));
      } else {
        process(page);
      }
    }

    private void failed(StoreException failure) {
      if (failure.kind() == StoreException.Kind.COMPACTED && revision != 0) {
        start();
      } else if (failure.kind() == StoreException.Kind.TOO_LARGE && limit > 1) {
        limit = Math.max(1, limit / GROWTH);
        readNext();
      } else if (isTransient(failure) && ++failures < maxAttempts()) {
        retryLater(failure);
      } else {
        done.completeExceptionally(failure);
      }
    }

    private boolean isTransient(StoreException failure) {
      return switch (failure.kind()) {
        case REJECTED, TOO_LARGE, CLOSED -> false;
        default -> true;
      };
    }

    private int maxAttempts() {
      return entries == 0 ? FIRST_PAGE_ATTEMPTS : LATER_PAGE_ATTEMPTS;
    }

    private void retryLater(StoreException failure) {
      onRetry.accept(failure);
      Duration waited = Duration.ofNanos(scheduler.nanoTime() - requestedNanos);
      Duration pause = backoff.next();
      if (failure.kind() == StoreException.Kind.OUTCOME_UNKNOWN) {
        ranges.narrow();
        Duration recovery = waited.compareTo(MAX_RECOVERY) < 0 ? waited : MAX_RECOVERY;
        pause = recovery.plus(pause);
      }
      scheduler.schedule(pause, this::readNext);
    }

    private void process(RangePage page) {
      failures = 0;
      backoff.reset();
      lastReceivedNanos = scheduler.nanoTime();
      if (revision == 0) {
        revision = page.revision();
        revisionRequestedNanos = requestedNanos;
      }
      boolean hasMore = ranges.advance(page, limit);
      if (hasMore) {
        limit = nextLimit(page);
        readNext(); // its response is handled on the scheduler, after this page
      }
      sink.expect(page.entries().size() + page.beyond());
      page.entries().forEach(this::process);
      reportProgress(page.entries().size());
      if (!hasMore) {
        done.complete(
            new LoadedState(revision, record, bookkeeping, newest, revisionRequestedNanos));
      }
    }

    private int nextLimit(RangePage page) {
      int count = page.entries().size();
      if (count == 0) {
        return limit;
      }
      long next = page.more() ? Math.min(MAX_PAGE, (long) GROWTH * count) : limit;
      long fitting = PAGE_BYTES * count / bytes(page);
      return (int) Math.max(1, Math.min(next, fitting));
    }

    private void reportProgress(int more) {
      entries += more;
      long now = scheduler.nanoTime();
      if (now - reportedNanos >= PROGRESS_INTERVAL.toNanos()) {
        reportedNanos = now;
        log.info("namespace {}: {} entries read so far", namespace, entries);
        progress.accept(entries);
      }
    }

    private static long bytes(RangePage page) {
      long bytes = 0;
      for (KeyValue stored : page.entries()) {
        bytes += stored.key().length() + stored.value().length() + ENTRY_OVERHEAD_BYTES;
      }
      return bytes;
    }

    private void process(KeyValue stored) {
      Bytes key = stored.key();
      if (classifier.isCommitRecord(key)) {
        record = CommitRecordState.of(stored);
        newest = newest.or(stored);
        return;
      }
      Bytes kept = classifier.bookkeepingKey(key);
      if (kept != null) {
        bookkeeping.add(classifier.bookkeeping(kept, stored));
        newest = newest.or(stored);
        return;
      }
      Change change = classifier.toChange(key, stored.value(), stored.modRevision());
      if (change != null) {
        sink.add(change);
        newest = newest.or(stored);
      }
    }
  }
}
