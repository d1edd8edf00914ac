package io.petacore.bench.benchmark.soak;

import io.petacore.DistributedStorage;
import io.petacore.bench.support.console.Bounds;
import io.petacore.bench.support.console.CommandFailedException;
import io.petacore.bench.support.console.Figures;
import io.petacore.bench.support.console.Ticker;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.IndexFunction;
import io.petacore.data.KeyRange;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.subscription.SubscribeOptions;
import io.petacore.transaction.CommitResult;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench soak-changes}: checks subscriptions and indexes for memory growth and errors. */
@Command(
    name = "soak-changes",
    description = {
      "Changes keys of a range with two indexes, while subscribers of all speeds follow it.",
      "Before that, one subscriber is held up during many changes, and must be given one batch.",
      "Fails if a subscriber's picture or an index is wrong at the end of a stage, or if the heap",
      "after a full collection grows after the second tenth of the time."
    },
    mixinStandardHelpOptions = true,
    footer = {"", "Example: petacore.jar bench soak-changes --seconds 600"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class SoakChangesCommand implements Callable<Integer> {

  private static final KeyRange ALL_KEYS = KeyRange.prefix("key");
  private static final IndexFunction BY_VALUE = entry -> List.of(entry.value());
  private static final IndexFunction BY_END =
      entry -> List.of(entry.value().substring(entry.value().length() - 1));
  private static final int STAGES = 10;
  private static final int BASELINE_STAGE = 2;
  private static final int WRITES = 100; // of a transaction
  private static final Duration RETENTION = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Spec private CommandSpec spec;

  @Option(
      names = "--seconds",
      paramLabel = "SECONDS",
      defaultValue = "600",
      description = "Time of changes, in seconds (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "50000",
      description = "Changes a second at most (default: ${DEFAULT-VALUE}).")
  private int rate;

  @Option(
      names = "--subscribers",
      paramLabel = "N",
      defaultValue = "100",
      description = "Number of subscribers (default: ${DEFAULT-VALUE}).")
  private int subscribers;

  @Option(
      names = "--keys",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Number of keys (default: ${DEFAULT-VALUE}).")
  private int keys;

  @Option(
      names = "--slowest",
      paramLabel = "MILLIS",
      defaultValue = "500",
      description =
          "Time of a call of the slowest subscriber, in milliseconds (default: ${DEFAULT-VALUE}).")
  private int slowest;

  @Option(
      names = "--behind",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "Changes during which one subscriber is held up (default: ${DEFAULT-VALUE}).")
  private int behind;

  private final LongAdder delivered = new LongAdder();
  private final Random random = new Random(1);

  @Override
  public Integer call() throws Exception {
    Bounds bounds = new Bounds(spec.commandLine());
    bounds.check("--seconds", seconds, 1, 86_400);
    bounds.check("--rate", rate, WRITES, 10_000_000);
    bounds.check("--subscribers", subscribers, 1, 10_000);
    bounds.check("--behind", behind, 10 * WRITES, 1_000_000_000);
    bounds.check("--slowest", slowest, 0, 5_000);
    bounds.check("--keys", keys, WRITES, 1_000_000);
    ExecutorService listeners = Executors.newCachedThreadPool();
    try (KvStore store = EmbeddedKvStore.builder().historyBytes(1 << 20).build();
        DistributedStorage storage =
            DistributedStorage.builder(store)
                .historyRetention(RETENTION)
                .index("byValue", ALL_KEYS, BY_VALUE)
                .index("byEnd", ALL_KEYS, BY_END)
                .open()) {
      PrintWriter out = spec.commandLine().getOut();
      out.println(new CatchUp(storage, listeners, keys).run(behind));
      soak(storage, subscribe(storage, listeners), out);
    } finally {
      listeners.shutdownNow();
    }
    return 0;
  }

  /** The first is as fast as it can be, the last one is the slowest. */
  private List<Follower> subscribe(DistributedStorage storage, ExecutorService listeners) {
    List<Follower> followers = new ArrayList<>();
    for (int i = 0; i < subscribers; i++) {
      double share = subscribers == 1 ? 0 : (double) i / (subscribers - 1);
      long delay = (long) (1e6 * slowest * Math.pow(share, 6));
      KeyRange range = i % 2 == 0 ? ALL_KEYS : KeyRange.prefix("key" + i % 10);
      Follower follower = new Follower(range, delay, delivered);
      storage.subscribe(range, SubscribeOptions.defaults().executor(listeners), follower);
      followers.add(follower);
    }
    return followers;
  }

  private void soak(DistributedStorage storage, List<Follower> followers, PrintWriter out)
      throws Exception {
    long baseline = 0;
    for (int stage = 1; stage <= STAGES; stage++) {
      long begun = System.nanoTime();
      long before = delivered.sum();
      long written = write(storage, Duration.ofSeconds(seconds).dividedBy(STAGES));
      long nanos = System.nanoTime() - begun;
      long pending = storage.status().subscriptions().maxPendingChanges();
      check(storage, followers);
      Heap.awaitFreedHistory(storage, 2);
      long heap = Heap.afterCollection();
      baseline = stage <= BASELINE_STAGE ? heap : baseline;
      out.printf(
          "%3d %%: %s changes/s, %s delivered, at most %s pending, %s conflated, heap %s KiB%n",
          100 * stage / STAGES,
          Figures.perSecond(written, nanos),
          Figures.count(delivered.sum() - before),
          Figures.count(pending),
          Figures.count(storage.status().counters().conflations()),
          Figures.count(heap >> 10));
      out.flush();
      if (heap > baseline + Heap.MAX_GROWTH) {
        throw new CommandFailedException(
            "the heap grew from "
                + Figures.count(baseline >> 10)
                + " to "
                + Figures.count(heap >> 10)
                + " KiB");
      }
    }
  }

  /** Writes at the rate, and returns the number of changes. */
  private long write(DistributedStorage storage, Duration time) {
    long begun = System.nanoTime();
    long written = 0;
    while (System.nanoTime() - begun < time.toNanos()) {
      storage.runTransaction(
          tx -> {
            for (int i = 0; i < WRITES; i++) {
              Bytes key = Bytes.utf8("key" + random.nextInt(keys));
              if (random.nextInt(10) == 0) {
                tx.delete(key);
              } else {
                tx.write(key, Bytes.utf8("value" + random.nextInt(1_000)));
              }
            }
          });
      written += WRITES;
      long due = begun + written * 1_000_000_000L / rate;
      LockSupport.parkNanos(due - System.nanoTime());
    }
    return written;
  }

  private void check(DistributedStorage storage, List<Follower> followers) throws Exception {
    // A change in every range, so that every follower has a last revision to be given.
    CommitResult last =
        storage.runTransaction(
            tx -> {
              for (int i = 0; i < 10; i++) {
                tx.write("key" + i, "last of a stage, " + random.nextLong());
              }
            });
    boolean reached =
        Ticker.await(
            () -> followers.stream().allMatch(each -> each.hasReached(last.revision())), PATIENCE);
    if (!reached) {
      throw new CommandFailedException(
          "a subscriber was not given revision " + last.revision() + " within " + PATIENCE);
    }
    for (Follower follower : followers) {
      String wrong = follower.check(storage);
      if (wrong != null) {
        throw new CommandFailedException("a subscriber of " + follower.range() + ": " + wrong);
      }
    }
    checkIndex(storage, "byValue", BY_VALUE);
    checkIndex(storage, "byEnd", BY_END);
  }

  private static void checkIndex(DistributedStorage storage, String name, IndexFunction function) {
    Map<Bytes, Bytes> found = new HashMap<>();
    Bytes before = Bytes.EMPTY;
    for (Entry entry : storage.index(name).scan(KeyRange.all())) {
      Bytes indexKey = function.indexKeysOf(entry).iterator().next();
      if (before.compareTo(indexKey) > 0 || found.put(entry.key(), entry.value()) != null) {
        throw new CommandFailedException("index " + name + " is out of order at " + entry.key());
      }
      before = indexKey;
    }
    Map<Bytes, Bytes> present = new HashMap<>();
    storage.scan(KeyRange.all()).forEach(entry -> present.put(entry.key(), entry.value()));
    if (!present.equals(found)) {
      throw new CommandFailedException("index " + name + " is not the function of the state");
    }
  }
}
