package io.petacore.internal.sync;

import io.petacore.data.Bytes;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.mvcc.Change;
import io.petacore.internal.mvcc.RevisionListener.Bookkeeping;
import io.petacore.internal.time.Continuation;
import io.petacore.internal.time.Scheduler;
import io.petacore.store.KeyValue;
import io.petacore.store.KvStore;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import io.petacore.store.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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
 * <p>Pages are sized by bytes. The first one is small enough for the largest values; each tells how
 * many entries of its kind fit the next; a page that fails is asked for again in a smaller size. A
 * server may count what is left in a range at every page, which {@link PageRanges} keeps short. So
 * pages need not be large: what is taken in while nothing is on its way, the last one, is not much,
 * nor is what a server holds in memory at a time.
 */
final class StateLoader {

  private static final Logger log = LoggerFactory.getLogger(StateLoader.class);

  static final int FIRST_PAGE = 300;
  private static final int GROWTH = 30;
  private static final int LARGEST_PAGE = 50_000;
  private static final long PAGE_BYTES = 16L << 20;
  private static final int PAGE_TRIES = 4;
  private static final int ENTRY_OVERHEAD = 32;
  private static final Duration PROGRESS_EVERY = Duration.ofSeconds(1);

  private final KvStore store;
  private final Namespace namespace;
  private final Intake intake;
  private final Scheduler scheduler;
  private final LongConsumer progress;

  /**
   * @param progress told about once a second of a load how many entries it has read, PetaCore's own
   *     included
   */
  StateLoader(
      KvStore store,
      Namespace namespace,
      Intake intake,
      Scheduler scheduler,
      LongConsumer progress) {
    this.store = store;
    this.namespace = namespace;
    this.intake = intake;
    this.scheduler = scheduler;
    this.progress = progress;
  }

  /** Begins to load; fails with {@link StoreException} when the store can't be read. */
  CompletableFuture<LoadedState> load(Destination destination) {
    Loading loading = new Loading(destination);
    loading.begin();
    return loading.done;
  }

  /** One load under way; its steps run one after another on the scheduler. */
  private final class Loading {
    private final CompletableFuture<LoadedState> done = new CompletableFuture<>();
    private final Destination destination;
    private List<Bookkeeping> bookkeeping = new ArrayList<>();
    private RecordPosition record = RecordPosition.NONE;
    private Trace newest = Trace.NONE;
    private PageRanges ranges = new PageRanges(namespace.range());
    private long revision;
    private int limit = FIRST_PAGE;
    private int failures;
    private long entries;
    private long toldAt = scheduler.nanoTime();

    Loading(Destination destination) {
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
      Continuation.after(
          store.range(new RangeRequest(ranges.next(), revision, limit)),
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
      } else if (++failures < PAGE_TRIES && limit > 1) {
        limit = Math.max(1, limit / GROWTH);
        readNext();
      } else {
        done.completeExceptionally(failure);
      }
    }

    private void take(RangePage page) {
      failures = 0;
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
      if (intake.isCommitRecord(key)) {
        record = RecordPosition.of(stored);
        newest = newest.or(stored);
        return;
      }
      Bytes kept = intake.bookkeeping(key);
      if (kept != null) {
        bookkeeping.add(intake.bookkeeping(kept, stored));
        newest = newest.or(stored);
        return;
      }
      Change change = intake.toChange(key, stored.value(), stored.modRevision());
      if (change != null) {
        destination.add(change);
        newest = newest.or(stored);
      }
    }
  }
}
