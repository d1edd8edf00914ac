package io.petacore.bench.benchmark.soak;

import io.petacore.DistributedStorage;
import io.petacore.bench.support.console.Bounds;
import io.petacore.bench.support.console.CommandFailedException;
import io.petacore.bench.support.console.Figures;
import io.petacore.error.TransactionTooOldException;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
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

/** {@code bench soak}. */
@Command(
    name = "soak",
    description = {
      "Moves amounts between accounts, many million times, while others read and scan them.",
      "Fails if a scan's sum is wrong, if history is not freed, or if after any tenth of the work",
      "a full collection leaves more on the heap than after the second."
    },
    mixinStandardHelpOptions = true,
    footer = {"", "Example: petacore.jar bench soak --updates 10000000"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class SoakCommand implements Callable<Integer> {

  private static final Duration RETENTION = Duration.ofMillis(100);
  private static final long STORE_HISTORY_BYTES = 1 << 20;
  private static final int STAGES = 10;

  /** The heap after this tenth is what later ones are held to: by then the JVM has warmed up. */
  private static final int FIRST_STAGE = 2;

  /**
   * What the JVM itself may still take, as code is compiled and loaded. A reference kept for every
   * two hundred of ten million updates would be more.
   */
  private static final long GROWTH_ALLOWED = 256 << 10;

  private static final Duration LONGEST_FREEING = Duration.ofSeconds(10);

  @Spec private CommandSpec spec;

  @Option(
      names = "--updates",
      defaultValue = "10000000",
      description = "How many keys are written in all (default: ${DEFAULT-VALUE}).")
  private long updates;

  @Option(
      names = "--keys",
      defaultValue = "1000",
      description = "How many accounts there are (default: ${DEFAULT-VALUE}).")
  private int keys;

  private final AtomicBoolean over = new AtomicBoolean();

  /** Shared by those who read; held alone while the heap is measured, so that nobody fills it. */
  private final ReadWriteLock reading = new ReentrantReadWriteLock();

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
      List<Future<?>> beside =
          List.of(
              threads.submit(() -> read(storage, accounts)),
              threads.submit(() -> scan(storage, accounts)));
      try {
        work(storage, accounts, beside);
      } finally {
        over.set(true);
      }
      for (Future<?> each : beside) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
    return 0;
  }

  private void work(DistributedStorage storage, Accounts accounts, List<Future<?>> beside)
      throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Random random = new Random(1);
    long first = 0;
    for (int stage = 1; stage <= STAGES; stage++) {
      long from = System.nanoTime();
      for (long done = 0; done < updates / STAGES; done += Accounts.UPDATES) {
        accounts.move(storage, random);
      }
      long nanos = System.nanoTime() - from;
      for (Future<?> each : beside) {
        if (each.isDone()) {
          each.get(); // it goes on until it is told to end, or fails
        }
      }
      awaitFreedHistory(storage);
      long heap = heapAfterCollection();
      first = stage <= FIRST_STAGE ? heap : first;
      out.printf(
          "%3d %%: %s updates/s, %s reads, %s scans, %s too old, heap %s KiB%n",
          100 * stage / STAGES,
          Figures.perSecond(updates / STAGES, nanos),
          Figures.count(reads.sum()),
          Figures.count(scans.sum()),
          Figures.count(tooOld.sum()),
          Figures.count(heap >> 10));
      out.flush();
      if (heap > first + GROWTH_ALLOWED) {
        throw new CommandFailedException(
            "the heap has grown by " + Figures.count((heap - first) >> 10) + " KiB");
      }
    }
    if (scans.sum() == 0 || reads.sum() == 0) {
      throw new CommandFailedException("nobody came to read, or to scan");
    }
  }

  /** With nobody writing, one version of each key is left soon after the retention. */
  private static void awaitFreedHistory(DistributedStorage storage) throws InterruptedException {
    long until = System.nanoTime() + LONGEST_FREEING.toNanos();
    while (storage.status().versions() > storage.status().keys()) {
      if (System.nanoTime() - until > 0) {
        throw new CommandFailedException(
            Figures.count(storage.status().versions()) + " versions are kept for no reason");
      }
      Thread.sleep(RETENTION.toMillis() / 2);
    }
  }

  private void read(DistributedStorage storage, Accounts accounts) {
    Random random = new Random(2);
    while (!over.get()) {
      reading.readLock().lock();
      try {
        storage.runTransaction(tx -> accounts.look(tx, random));
        reads.increment();
      } catch (TransactionTooOldException asked) {
        tooOld.increment(); // stopped for longer than the history is kept, and told so
      } finally {
        reading.readLock().unlock();
      }
    }
  }

  private void scan(DistributedStorage storage, Accounts accounts) {
    boolean descending = false;
    while (!over.get()) {
      boolean order = descending;
      reading.readLock().lock();
      try {
        storage.runTransaction(tx -> accounts.check(tx, order));
        scans.increment();
      } catch (TransactionTooOldException asked) {
        tooOld.increment();
      } finally {
        reading.readLock().unlock();
      }
      descending = !descending;
    }
  }

  private long heapAfterCollection() {
    reading.writeLock().lock();
    try {
      System.gc();
      System.gc();
      return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    } finally {
      reading.writeLock().unlock();
    }
  }
}
