package io.petacore.bench.soak;

import io.petacore.DistributedStorage;
import io.petacore.bench.console.Bounds;
import io.petacore.bench.console.CommandFailedException;
import io.petacore.bench.console.Figures;
import io.petacore.error.TransactionTooOldException;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench soak}. */
@Command(
    name = "soak",
    description = {
      "Moves amounts between accounts, many million times, while others read and scan them.",
      "Fails if a scan's sum is wrong, or the heap grows from the first tenth to the last."
    },
    mixinStandardHelpOptions = true,
    footer = {"", "Example: petacore.jar bench soak --updates 10000000"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class SoakCommand implements Callable<Integer> {

  private static final Duration RETENTION = Duration.ofMillis(100);
  private static final long STORE_HISTORY_BYTES = 8 << 20;
  private static final int STAGES = 10;
  private static final double GROWTH_ALLOWED = 1.1;

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
      Future<?> reader = threads.submit(() -> read(storage, accounts));
      Future<?> scanner = threads.submit(() -> scan(storage, accounts));
      try {
        work(storage, accounts, spec.commandLine().getOut());
      } finally {
        over.set(true);
        reader.get();
        scanner.get();
      }
    } finally {
      threads.shutdownNow();
    }
    return 0;
  }

  private void work(DistributedStorage storage, Accounts accounts, PrintWriter out) {
    Random random = new Random(1);
    long first = 0;
    long heap = 0;
    for (int stage = 1; stage <= STAGES; stage++) {
      long from = System.nanoTime();
      for (long done = 0; done < updates / STAGES; done += Accounts.UPDATES) {
        accounts.move(storage, random);
      }
      long nanos = System.nanoTime() - from;
      heap = heapAfterCollection();
      first = stage == 1 ? heap : first;
      out.printf(
          "%3d %%: %s updates/s, %s reads, %s scans, %s too old, %s versions, heap %s KiB%n",
          100 * stage / STAGES,
          Figures.perSecond(updates / STAGES, nanos),
          Figures.count(reads.sum()),
          Figures.count(scans.sum()),
          Figures.count(tooOld.sum()),
          Figures.count(storage.status().versions()),
          Figures.count(heap >> 10));
      out.flush();
    }
    if (heap > first * GROWTH_ALLOWED) {
      throw new CommandFailedException("the heap has grown");
    }
  }

  private void read(DistributedStorage storage, Accounts accounts) {
    Random random = new Random(2);
    while (!over.get()) {
      storage.runTransaction(tx -> accounts.look(tx, random));
      reads.increment();
    }
  }

  private void scan(DistributedStorage storage, Accounts accounts) {
    boolean descending = false;
    while (!over.get()) {
      boolean order = descending;
      try {
        storage.runTransaction(tx -> accounts.check(tx, order));
        scans.increment();
      } catch (TransactionTooOldException asked) {
        tooOld.increment(); // stopped for longer than the history is kept, and told so
      }
      descending = !descending;
    }
  }

  private static long heapAfterCollection() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
