package io.petacore.bench.benchmark.read;

import io.etcd.jetcd.Watch;
import io.petacore.DistributedStorage;
import io.petacore.bench.benchmark.PlainEtcd;
import io.petacore.bench.benchmark.micro.SampleData;
import io.petacore.bench.support.connection.Namespace;
import io.petacore.bench.support.connection.StoreOptions;
import io.petacore.bench.support.connection.Stores;
import io.petacore.bench.support.console.Figures;
import io.petacore.bench.support.console.Latencies;
import io.petacore.bench.support.console.MeasurementOptions;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.subscription.Change;
import io.petacore.subscription.Subscription;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Workloads with etcd: the initial load of a million keys, and the propagation of commits. */
final class EtcdWorkloads implements AutoCloseable {

  private static final int KEYS = 1_000_000;
  private static final int[] PAGE_SIZES = {10_000, 50_000, 100_000, 250_000, KEYS};
  private static final String LOADED = "loaded/";
  private static final String PLAIN = "plain";
  private static final String CHANGED = "changed";

  private final StoreOptions options;
  private final MeasurementOptions measurementOptions;
  private final String run =
      "petacore-bench-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()) + "-";
  private final Namespace loaded = new Namespace(run + LOADED);
  private final Namespace changed = new Namespace(run + "changed/");
  private final PlainEtcd plain;
  private final PlainEtcd otherPlain;
  private int bestPage;

  EtcdWorkloads(StoreOptions options, MeasurementOptions measurementOptions) {
    this.options = options;
    this.measurementOptions = measurementOptions;
    this.plain = new PlainEtcd(options.addresses(), run);
    this.otherPlain = new PlainEtcd(options.addresses(), run);
  }

  List<Workload> all() {
    List<Workload> all = new ArrayList<>(loadAndPropagation());
    Namespace fresh = new Namespace(run + "fresh/");
    all.addAll(new FreshnessWorkloads(options, fresh, plain, measurementOptions).all());
    return all;
  }

  private List<Workload> loadAndPropagation() {
    return List.of(
        new Workload(
            "initial load of 1,000,000 keys",
            "jetcd, paged and discarded",
            Unit.NANOSECONDS,
            Comparison.TIMES,
            1.25,
            round -> load()),
        new Workload(
            "from the start of a commit until another node reads it, p50",
            "jetcd, put until watch event",
            Unit.NANOSECONDS,
            Comparison.TIMES,
            1.3,
            round -> propagation(0.5)),
        new Workload(
            "from the start of a commit until another node reads it, p99",
            "jetcd, put until watch event",
            Unit.NANOSECONDS,
            Comparison.TIMES,
            Measurement.NONE,
            round -> propagation(0.99)),
        new Workload(
            "from the start of a commit until a listener on another node has it, p50",
            "until another node reads it",
            Unit.NANOSECONDS,
            Comparison.TIMES,
            1.2,
            round -> delivery(0.5)),
        new Workload(
            "from the start of a commit until a listener on another node has it, p99",
            "until another node reads it",
            Unit.NANOSECONDS,
            Comparison.TIMES,
            1.2,
            round -> delivery(0.99)));
  }

  private Measurement load() throws Exception {
    if (bestPage == 0) {
      plain.fill(LOADED, KEYS, SampleData::entry);
      bestPage = findBestPage();
      open(); // warms up
    }
    long reference = readAll(bestPage);
    return new Measurement(open(), reference, "jetcd: pages of " + Figures.count(bestPage));
  }

  private int findBestPage() throws Exception {
    readAll(KEYS / 10); // warms up
    int best = KEYS;
    long least = Long.MAX_VALUE;
    for (int size : PAGE_SIZES) {
      long nanos = readAll(size);
      if (nanos < least) {
        least = nanos;
        best = size;
      }
    }
    return best;
  }

  private long readAll(int pageSize) throws Exception {
    System.gc();
    long from = System.nanoTime();
    long read = plain.readAll(LOADED, pageSize);
    long nanos = System.nanoTime() - from;
    if (read < KEYS) {
      throw new IllegalStateException("jetcd read " + read + " of " + KEYS + " keys");
    }
    return nanos;
  }

  private long open() throws InterruptedException {
    System.gc();
    try (Stores stores = options.stores()) {
      var store = stores.connect();
      long from = System.nanoTime();
      try (DistributedStorage storage = options.storage(store, loaded).open()) {
        long nanos = System.nanoTime() - from;
        long keys = storage.status().keys();
        if (keys != KEYS) {
          throw new IllegalStateException(keys + " of " + KEYS + " keys were loaded");
        }
        return nanos;
      }
    }
  }

  private Measurement propagation(double share) throws Exception {
    Latencies reference = ofJetcd();
    Latencies own = ofPetaCore();
    String note = Figures.count(own.count()) + " commits";
    return new Measurement(own.percentile(share), reference.percentile(share), note);
  }

  private Measurement delivery(double share) throws Exception {
    Latencies reference = ofPetaCore();
    Latencies own = ofListener();
    String note = Figures.count(own.count()) + " commits";
    return new Measurement(own.percentile(share), reference.percentile(share), note);
  }

  private Latencies ofListener() throws Exception {
    AtomicReference<@Nullable String> seen = new AtomicReference<>();
    try (Stores stores = options.stores();
        DistributedStorage one = options.storage(stores.connect(), changed).open();
        DistributedStorage other = options.storage(stores.connect(), changed).open();
        Subscription subscription =
            other.subscribe(
                KeyRange.single(CHANGED), batch -> seen.set(valueOf(batch.changes().get(0))))) {
      Latencies latencies =
          Propagation.measure(
              measurementOptions,
              value -> one.runTransaction(tx -> tx.write(CHANGED, value)),
              seen::get);
      if (subscription.isClosed()) {
        throw new IllegalStateException("the subscription has ended");
      }
      return latencies;
    }
  }

  private static @Nullable String valueOf(Change change) {
    Bytes after = change.after();
    return after == null ? null : after.toUtf8();
  }

  private Latencies ofJetcd() throws Exception {
    AtomicReference<@Nullable String> seen = new AtomicReference<>();
    long before = plain.put(PLAIN, "").get().getHeader().getRevision();
    Watch.Watcher watcher = otherPlain.watch(PLAIN, before, seen::set);
    try {
      return Propagation.measure(
          measurementOptions, value -> plain.put(PLAIN, value).get(), seen::get);
    } finally {
      watcher.close();
    }
  }

  private Latencies ofPetaCore() throws Exception {
    try (Stores stores = options.stores();
        DistributedStorage one = options.storage(stores.connect(), changed).open();
        DistributedStorage other = options.storage(stores.connect(), changed).open()) {
      return Propagation.measure(
          measurementOptions,
          value -> one.runTransaction(tx -> tx.write(CHANGED, value)),
          () -> other.read(CHANGED));
    }
  }

  @Override
  public void close() {
    plain.clear(run);
    plain.close();
    otherPlain.close();
  }
}
