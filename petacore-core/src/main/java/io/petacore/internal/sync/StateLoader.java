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
 * Reads a whole namespace, page by page, at one revision: that of the first page. If that revision
 * is compacted away meanwhile, it begins again at a newer one.
 *
 * <p>While a page is taken in, the next one is on its way.
 *
 * <p>Pages are sized by bytes: each tells how many entries of its kind fit the next. One that is
 * too large is asked for again with a lower limit. A server may count what is left in a range at
 * every page, which {@link PageRanges} keeps short. So pages need not be large: what is taken in
 * while nothing is on its way, the last one, is not much, nor is what a server or this node holds
 * in memory at a time.
 *
 * <p><b>One request at a time is at work in the store.</b> A page is waited for as long as it
 * arrives. One that was given up may go on keeping the store busy, and what makes it slow is its
 * range, not its limit: so before the next one there is a pause as long as the wait was, and it has
 * a narrower range. A load that has read something is not given up for the first failures, as all
 * of it would be read again.
 */
final class StateLoader {

  private static final Logger log = LoggerFactory.getLogger(StateLoader.class);

  static final int FIRST_PAGE = 300;
  private static final int GROWTH = 30;
  private static final int LARGEST_PAGE = 50_000;
  private static final long PAGE_BYTES = 8L << 20;
  private static final int FIRST_PAGE_TRIES = 4;
  private static final int LATER_PAGE_TRIES = 10;
  private static final int ENTRY_OVERHEAD = 32;
  private static final Duration PROGRESS_EVERY = Duration.ofSeconds(1);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  /** However long a page was waited for, the store is given no more time to get over it. */
  private static final Duration LONGEST_RECOVERY = Duration.ofSeconds(30);

  private final KvStore store;
  private final Namespace namespace;
  private final KeyClassifier classifier;
  private final Scheduler scheduler;
  private final LongConsumer progress;
  private final Consumer<StoreException> onTrouble;
  private volatile long heardAt;
  private volatile boolean stopped;

  /**
   * @param progress told about once a second of a load how many entries it has read, PetaCore's own
   *     included
   * @param onTrouble told why a page has to be asked for again
   */
  StateLoader(
      KvStore store,
      Namespace namespace,
      KeyClassifier classifier,
      Scheduler scheduler,
      LongConsumer progress,
      Consumer<StoreException> onTrouble) {
    this.store = store;
    this.namespace = namespace;
    this.classifier = classifier;
    this.scheduler = scheduler;
    this.progress = progress;
    this.onTrouble = onTrouble;
    this.heardAt = scheduler.nanoTime();
  }

  /** Asks the store for nothing more; a load under way fails. From any thread. */
  void stop() {
    stopped = true;
  }

  /** When something of a page arrived last, on the scheduler's clock. */
  long heardAt() {
    return heardAt;
  }

  private void arriving(long bytes) {
    heardAt = scheduler.nanoTime();
  }

  /** Begins to load; fails with {@link StoreException} when the store can't be read. */
  CompletableFuture<LoadedState> load(LoadSink destination) {
    Loading loading = new Loading(destination);
    loading.begin();
    return loading.done;
  }

  /** One load under way; its steps run one after another on the scheduler. */
  private final class Loading {
    private final CompletableFuture<LoadedState> done = new CompletableFuture<>();
    private final LoadSink destination;
    private List<Bookkeeping> bookkeeping = new ArrayList<>();
    private RecordPosition record = RecordPosition.NONE;
    private Trace newest = Trace.NONE;
    private PageRanges ranges = new PageRanges(namespace.range());
    private long revision;
    private int limit = FIRST_PAGE;
    private int failures;
    private long askedAt;
    private final Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE, scheduler::chance);
    private long entries;
    private long toldAt = scheduler.nanoTime();

    Loading(LoadSink destination) {
      this.destination = destination;
    }

    void begin() {
      destination.begin();
      bookkeeping = new ArrayList<>();
      record = RecordPosition.NONE;
      newest = Trace.NONE;
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
      askedAt = scheduler.nanoTime();
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
                StoreException.Kind.UNAVAILABLE, "the store promised more and sent none", null));
      } else {
        take(page);
      }
    }

    private void failed(StoreException failure) {
      if (failure.kind() == StoreException.Kind.COMPACTED && revision != 0) {
        begin();
      } else if (failure.kind() == StoreException.Kind.TOO_LARGE && limit > 1) {
        limit = Math.max(1, limit / GROWTH);
        readNext();
      } else if (mayPass(failure) && ++failures < tries()) {
        readAgainLater(failure);
      } else {
        done.completeExceptionally(failure);
      }
    }

    private boolean mayPass(StoreException failure) {
      return switch (failure.kind()) {
        case REJECTED, TOO_LARGE, CLOSED -> false;
        default -> true;
      };
    }

    private int tries() {
      return entries == 0 ? FIRST_PAGE_TRIES : LATER_PAGE_TRIES;
    }

    private void readAgainLater(StoreException failure) {
      onTrouble.accept(failure);
      Duration waited = Duration.ofNanos(scheduler.nanoTime() - askedAt);
      Duration pause = backoff.next();
      if (failure.kind() == StoreException.Kind.OUTCOME_UNKNOWN) {
        ranges.narrow();
        Duration recovery = waited.compareTo(LONGEST_RECOVERY) < 0 ? waited : LONGEST_RECOVERY;
        pause = recovery.plus(pause);
      }
      scheduler.schedule(pause, this::readNext);
    }

    private void take(RangePage page) {
      failures = 0;
      backoff.reset();
      heardAt = scheduler.nanoTime();
      if (revision == 0) {
        revision = page.revision();
      }
      boolean isMore = ranges.advance(page, limit);
      if (isMore) {
        limit = nextLimit(page);
        readNext(); // its answer waits for the scheduler, where this page is taken in now
      }
      destination.expect(page.entries().size() + page.beyond());
      page.entries().forEach(this::take);
      tellProgress(page.entries().size());
      if (!isMore) {
        done.complete(new LoadedState(revision, record, bookkeeping, newest));
      }
    }

    private int nextLimit(RangePage page) {
      int count = page.entries().size();
      if (count == 0) {
        return limit;
      }
      long next = page.more() ? Math.min(LARGEST_PAGE, (long) GROWTH * count) : limit;
      long fitting = PAGE_BYTES * count / bytes(page);
      return (int) Math.max(1, Math.min(next, fitting));
    }

    private void tellProgress(int more) {
      entries += more;
      long now = scheduler.nanoTime();
      if (now - toldAt >= PROGRESS_EVERY.toNanos()) {
        toldAt = now;
        log.info("namespace {}: {} entries read so far", namespace, entries);
        progress.accept(entries);
      }
    }

    private static long bytes(RangePage page) {
      long bytes = 0;
      for (KeyValue stored : page.entries()) {
        bytes += stored.key().length() + stored.value().length() + ENTRY_OVERHEAD;
      }
      return bytes;
    }

    private void take(KeyValue stored) {
      Bytes key = stored.key();
      if (classifier.isCommitRecord(key)) {
        record = RecordPosition.of(stored);
        newest = newest.or(stored);
        return;
      }
      Bytes kept = classifier.bookkeeping(key);
      if (kept != null) {
        bookkeeping.add(classifier.bookkeeping(kept, stored));
        newest = newest.or(stored);
        return;
      }
      Change change = classifier.toChange(key, stored.value(), stored.modRevision());
      if (change != null) {
        destination.add(change);
        newest = newest.or(stored);
      }
    }
  }
}
