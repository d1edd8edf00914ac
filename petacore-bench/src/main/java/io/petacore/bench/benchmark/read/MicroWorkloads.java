package io.petacore.bench.benchmark.read;

import io.petacore.bench.benchmark.micro.ApplyBenchmark;
import io.petacore.bench.benchmark.micro.BusyReadBenchmark;
import io.petacore.bench.benchmark.micro.IndexLookupBenchmark;
import io.petacore.bench.benchmark.micro.IndexedApplyBenchmark;
import io.petacore.bench.benchmark.micro.PointReadBenchmark;
import io.petacore.bench.benchmark.micro.ScanBenchmark;
import io.petacore.bench.benchmark.micro.TypedReadBenchmark;
import io.petacore.bench.benchmark.micro.VersionsBenchmark;
import io.petacore.bench.support.console.Figures;
import io.petacore.bench.support.console.MeasurementOptions;
import java.util.ArrayList;
import java.util.List;

/** Workloads in memory, measured by JMH. */
final class MicroWorkloads {

  private static final String MAP = "ConcurrentHashMap";

  private static JmhBenchmark point(String method) {
    return JmhBenchmark.of(PointReadBenchmark.class, method);
  }

  List<Workload> all() {
    List<Workload> workloads = new ArrayList<>();
    for (int keys : new int[] {1_000, 100_000, 1_000_000}) {
      workloads.add(pointRead(keys));
    }
    workloads.add(
        new Workload(
            "typed point read of a decoded record",
            "storage.read",
            Unit.NANOSECONDS,
            Comparison.TIMES,
            1.5,
            0,
            round -> round.paired(JmhBenchmark.of(TypedReadBenchmark.class, "read"))));
    workloads.add(
        new Workload(
            "typed point read of a decoded record, key encoded before",
            "storage.read",
            Unit.NANOSECONDS,
            Comparison.TIMES,
            1.5,
            0,
            round -> round.paired(JmhBenchmark.of(TypedReadBenchmark.class, "readEncoded"))));
    workloads.add(
        new Workload(
            "snapshot transaction with one read",
            MAP,
            Unit.NANOSECONDS,
            Comparison.NANOS_MORE,
            60,
            120,
            round -> round.paired(point("transaction"))));
    workloads.add(
        new Workload(
            "snapshot transaction with one read, no others in the process",
            MAP,
            Unit.NANOSECONDS,
            Comparison.NANOS_MORE,
            Measurement.NONE,
            round -> round.paired(point("onlyTransaction"))));
    workloads.add(
        new Workload(
            "transaction with ten reads",
            "ten gets",
            Unit.NANOSECONDS,
            Comparison.TIMES,
            1.4,
            round -> round.paired(point("tenReads"))));
    workloads.add(
        new Workload(
            "two threads reading",
            "one thread",
            Unit.NANOSECONDS,
            Comparison.SPEED_UP_BY_TWO,
            1.8,
            round -> round.paired(point("readByTwo"))));
    workloads.add(
        new Workload(
            "two threads reading a ConcurrentHashMap",
            "one thread",
            Unit.NANOSECONDS,
            Comparison.SPEED_UP_BY_TWO,
            Measurement.NONE,
            round -> round.paired(point("getByTwo"))));
    workloads.add(
        new Workload(
            "point read during 20,000 changes/s",
            "no changes",
            Unit.NANOSECONDS,
            Comparison.TIMES,
            1.3,
            round -> round.paired(JmhBenchmark.of(BusyReadBenchmark.class, "read"))));
    workloads.add(versions("newest", 1_000, 1.1));
    workloads.add(versions("oldest", 1_000, Measurement.NONE));
    workloads.add(versions("oldest", 100_000, 10));
    workloads.add(
        new Workload(
            "scan of 100 keys",
            "ConcurrentSkipListMap.subMap",
            Unit.NANOSECONDS,
            Comparison.TIMES,
            1.3,
            round -> round.paired(JmhBenchmark.of(ScanBenchmark.class, "scan"))));
    workloads.add(
        new Workload(
            "applying changes",
            "",
            Unit.NANOSECONDS,
            Comparison.PER_SECOND,
            1_000_000,
            round ->
                round.alone(
                    JmhBenchmark.of(ApplyBenchmark.class, "apply")
                        .withArgument(MeasurementOptions.YOUNG))));
    workloads.add(
        new Workload(
            "index lookup of 100 entries",
            "scan of 100 keys",
            Unit.NANOSECONDS,
            Comparison.TIMES,
            1.5,
            round -> round.paired(JmhBenchmark.of(IndexLookupBenchmark.class, "lookup"))));
    workloads.add(
        new Workload(
            "applying changes with two indexes",
            "no index",
            Unit.NANOSECONDS,
            Comparison.TIMES,
            2.5,
            round -> round.paired(JmhBenchmark.of(IndexedApplyBenchmark.class, "apply"))));
    return workloads;
  }

  private static Workload versions(String which, int versions, double target) {
    return new Workload(
        which + " of " + Figures.count(versions) + " versions of a key",
        "one version",
        Unit.NANOSECONDS,
        Comparison.TIMES,
        target,
        round ->
            round.paired(
                JmhBenchmark.of(VersionsBenchmark.class, which + "OfMany")
                    .with("versions", versions)));
  }

  private static Workload pointRead(int keys) {
    return new Workload(
        "point read, " + Figures.count(keys) + " keys",
        MAP,
        Unit.NANOSECONDS,
        Comparison.TIMES,
        1.25,
        0,
        round -> round.paired(point("read").with("keys", keys)));
  }
}
