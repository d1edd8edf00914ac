package io.petacore.bench.benchmark.soak;

import io.petacore.DistributedStorage;
import io.petacore.bench.support.console.Bounds;
import io.petacore.bench.support.console.CommandFailedException;
import io.petacore.bench.support.console.Figures;
import io.petacore.error.TransactionTooOldException;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench soak}: checks for memory growth and inconsistent scans. */
@Command(
    name = "soak",
    description = {
      "Transfers amounts between accounts while other threads read and scan them.",
      "Fails if the sum of a scan is wrong, if history is not freed, or if the heap after a full",
      "collection grows after the second tenth of the updates."
    },
    mixinStandardHelpOptions = true,
    footer = {"", "Example: petacore.jar bench soak --updates 10000000"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class SoakCommand implements Callable<Integer> {

  private static final Duration RETENTION = Duration.ofMillis(100);
  private static final long STORE_HISTORY_BYTES = 1 << 20;
  private static final int STAGES = 10;

  /** The stage whose heap usage is the baseline of later stages: the JVM has warmed up by then. */
  private static final int BASELINE_STAGE = 2;

  /**
   * Growth in bytes that the JVM itself may cause by compiling and loading code. Leaking one
   * reference per two hundred of ten million updates exceeds it.
   */
  private static final long MAX_GROWTH = 256 << 10;

  @Spec private CommandSpec spec;

  @Option(
      names = "--updates",
      paramLabel = "N",
      defaultValue = "10000000",
      description = "Total number of writes (default: ${DEFAULT-VALUE}).")
  private long updates;

  @Option(
      names = "--keys",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Number of accounts (default: ${DEFAULT-VALUE}).")
  private int keys;

  private final AtomicBoolean stopped = new AtomicBoolean();

  /**
   * Held shared by the readers, and exclusively while the heap is measured, so that they do not
   * allocate.
   */
  private final ReadWriteLock readers = new ReentrantReadWriteLock();

  private final LongAdder reads = new LongAdder();
  private final LongAdder scans = new LongAdder();
  private final LongAdder tooOld = new LongAdder();

  @Override
  public Integer call() throws Exception {
    Bounds bounds = new Bounds(spec.commandLine());
    bounds.check("--updates", updates, 1_000, Long.MAX_VALUE / 2);
    bounds.check("--keys", keys, Accounts.UPDATES, 1_000_000);
    Accounts accounts = new Accounts(keys);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (KvStore store = EmbeddedKvStore.builder().historyBytes(STORE_HISTORY_BYTES).build();
        DistributedStorage storage =
            DistributedStorage.builder(store).historyRetention(RETENTION).open()) {
      accounts.open(storage);
      List<Future<?>> readerTasks =
          List.of(
              threads.submit(() -> read(storage, accounts)),
              threads.submit(() -> scan(storage, accounts)));
      try {
        transfer(storage, accounts, readerTasks);
      } finally {
        stopped.set(true);
      }
      for (Future<?> each : readerTasks) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
    return 0;
  }

  private void transfer(DistributedStorage storage, Accounts accounts, List<Future<?>> readerTasks)
      throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Random random = new Random(1);
    long baseline = 0;
    for (int stage = 1; stage <= STAGES; stage++) {
      long from = System.nanoTime();
      for (long done = 0; done < updates / STAGES; done += Accounts.UPDATES) {
        accounts.transfer(storage, random);
      }
      long nanos = System.nanoTime() - from;
      for (Future<?> each : readerTasks) {
        if (each.isDone()) {
          each.get(); // ends early only on a failure
        }
      }
      Heap.awaitFreedHistory(storage, 0);
      long heap = heapAfterCollection();
      baseline = stage <= BASELINE_STAGE ? heap : baseline;
      out.printf(
          "%3d %%: %s updates/s, %s reads, %s scans, %s too old, heap %s KiB%n",
          100 * stage / STAGES,
          Figures.perSecond(updates / STAGES, nanos),
          Figures.count(reads.sum()),
          Figures.count(scans.sum()),
          Figures.count(tooOld.sum()),
          Figures.count(heap >> 10));
      out.flush();
      if (heap > baseline + MAX_GROWTH) {
        throw new CommandFailedException(
            "the heap grew by " + Figures.count((heap - baseline) >> 10) + " KiB");
      }
    }
    if (scans.sum() == 0 || reads.sum() == 0) {
      throw new CommandFailedException("no transaction read, or none scanned");
    }
  }

  private void read(DistributedStorage storage, Accounts accounts) {
    Random random = new Random(2);
    while (!stopped.get()) {
      readers.readLock().lock();
      try {
        storage.runTransaction(tx -> accounts.readOne(tx, random));
        reads.increment();
      } catch (TransactionTooOldException e) {
        tooOld.increment(); // blocked for longer than the history retention
      } finally {
        readers.readLock().unlock();
      }
    }
  }

  private void scan(DistributedStorage storage, Accounts accounts) {
    boolean descending = false;
    while (!stopped.get()) {
      boolean order = descending;
      readers.readLock().lock();
      try {
        storage.runTransaction(tx -> accounts.check(tx, order));
        scans.increment();
      } catch (TransactionTooOldException e) {
        tooOld.increment();
      } finally {
        readers.readLock().unlock();
      }
      descending = !descending;
    }
  }

  private long heapAfterCollection() {
    readers.writeLock().lock();
    try {
      return Heap.afterCollection();
    } finally {
      readers.writeLock().unlock();
    }
  }
}
