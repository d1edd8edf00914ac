package io.petacore.bench.benchmark.read;

import io.petacore.DistributedStorage;
import io.petacore.bench.benchmark.PlainEtcd;
import io.petacore.bench.support.connection.Namespace;
import io.petacore.bench.support.connection.StoreOptions;
import io.petacore.bench.support.connection.Stores;
import io.petacore.bench.support.console.Latencies;
import io.petacore.bench.support.console.MeasurementOptions;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Fresh reads and barriers, beside the requests of a client without a replica. */
final class FreshnessWorkloads {

  private static final int MANY = 64;
  private static final String KEY = "fresh";

  @FunctionalInterface
  private interface Request {
    void send(DistributedStorage storage) throws Exception;
  }

  private final StoreOptions options;
  private final Namespace namespace;
  private final PlainEtcd plain;
  private final MeasurementOptions measurementOptions;

  FreshnessWorkloads(
      StoreOptions options,
      Namespace namespace,
      PlainEtcd plain,
      MeasurementOptions measurementOptions) {
    this.options = options;
    this.namespace = namespace;
    this.plain = plain;
    this.measurementOptions = measurementOptions;
  }

  List<Workload> all() {
    return List.of(
        workload(
            "transaction with latest() that reads a key, p50",
            "jetcd, get",
            1,
            FreshnessWorkloads::readLatest,
            none -> plain.get(KEY).get()),
        workload(
            "the same with 64 threads, latest() shared, p50",
            "jetcd, get, 64 threads",
            MANY,
            FreshnessWorkloads::readLatest,
            none -> plain.get(KEY).get()),
        workload(
            "barrier, p50",
            "jetcd, put",
            1,
            DistributedStorage::barrier,
            none -> plain.put(KEY, "v").get()));
  }

  private static void readLatest(DistributedStorage storage) {
    String value =
        storage.callTransaction(TransactionOptions.defaults().latest(), tx -> tx.read(KEY));
    if (value != null) {
      throw new IllegalStateException("another program writes " + KEY);
    }
  }

  private Workload workload(
      String name, String reference, int threads, Request own, Request plainRequest) {
    return new Workload(
        name,
        reference,
        Unit.NANOSECONDS,
        Comparison.TIMES,
        Measurement.NONE,
        round -> {
          try (Stores stores = options.stores();
              DistributedStorage storage = options.storage(stores.connect(), namespace).open()) {
            long beside = measure(storage, threads, plainRequest);
            return new Measurement(measure(storage, threads, own), beside, "");
          }
        });
  }

  private long measure(DistributedStorage storage, int threads, Request request) throws Exception {
    run(storage, threads, request, measurementOptions.warmUp());
    return run(storage, threads, request, measurementOptions.time()).percentile(0.5);
  }

  /** Has threads send one request after another for a time. */
  private static Latencies run(
      DistributedStorage storage, int threads, Request request, Duration time) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      long end = System.nanoTime() + time.toNanos();
      List<Future<Latencies>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        running.add(pool.submit(() -> runOne(storage, request, end)));
      }
      Latencies all = new Latencies();
      for (Future<Latencies> one : running) {
        all.add(one.get());
      }
      return all;
    } finally {
      pool.shutdownNow();
    }
  }

  private static Latencies runOne(DistributedStorage storage, Request request, long end)
      throws Exception {
    Latencies latencies = new Latencies();
    for (long started = System.nanoTime(); started - end < 0; started = System.nanoTime()) {
      request.send(storage);
      latencies.record(System.nanoTime() - started);
    }
    return latencies;
  }
}
