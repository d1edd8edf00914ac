package io.petacore.bench.benchmark.read;

import io.petacore.bench.benchmark.micro.ApplyBenchmark;
import io.petacore.bench.benchmark.micro.BusyReadBenchmark;
import io.petacore.bench.benchmark.micro.PointReadBenchmark;
import io.petacore.bench.benchmark.micro.ScanBenchmark;
import io.petacore.bench.benchmark.micro.VersionsBenchmark;
import io.petacore.bench.support.console.Figures;
import io.petacore.bench.support.console.Measuring;
import java.util.ArrayList;
import java.util.List;

/** What goes on within memory, measured by JMH. */
final class MicroLines {

  private static final String MAP = "ConcurrentHashMap";

  private static Micro point(String method) {
    return Micro.of(PointReadBenchmark.class, method);
  }

  List<Line> all() {
    List<Line> lines = new ArrayList<>();
    for (int keys : new int[] {1_000, 100_000, 1_000_000}) {
      lines.add(pointRead(keys));
    }
    lines.add(
        new Line(
            "snapshot transaction with one read",
            MAP,
            Unit.NANOSECONDS,
            Comparison.NANOS_MORE,
            60,
            120,
            round -> round.inTurns(point("transaction"))));
    lines.add(
        new Line(
            "the same, the only transaction of a process",
            MAP,
            Unit.NANOSECONDS,
            Comparison.NANOS_MORE,
            Reading.NONE,
            round -> round.inTurns(point("onlyTransaction"))));
    lines.add(
        new Line(
            "ten reads in one transaction",
            "ten gets",
            Unit.NANOSECONDS,
            Comparison.TIMES,
            1.4,
            round -> round.inTurns(point("tenReads"))));
    lines.add(
        new Line(
            "two threads, each reading",
            "one thread",
            Unit.NANOSECONDS,
            Comparison.SPEED_UP_BY_TWO,
            1.8,
            round -> round.inTurns(point("readByTwo"))));
    lines.add(
        new Line(
            "the same of ConcurrentHashMap",
            "one thread",
            Unit.NANOSECONDS,
            Comparison.SPEED_UP_BY_TWO,
            Reading.NONE,
            round -> round.inTurns(point("getByTwo"))));
    lines.add(
        new Line(
            "point read while 20,000 changes/s are applied",
            "quiet",
            Unit.NANOSECONDS,
            Comparison.TIMES,
            1.3,
            round -> round.inTurns(Micro.of(BusyReadBenchmark.class, "read"))));
    lines.add(
        new Line(
            "newest of 1,000 versions of a key",
            "of one version",
            Unit.NANOSECONDS,
            Comparison.TIMES,
            1.1,
            round -> round.inTurns(Micro.of(VersionsBenchmark.class, "newestOfMany"))));
    lines.add(
        new Line(
            "oldest of 1,000 versions of a key",
            "of one version",
            Unit.NANOSECONDS,
            Comparison.TIMES,
            Reading.NONE,
            round -> round.inTurns(Micro.of(VersionsBenchmark.class, "oldestOfMany"))));
    lines.add(
        new Line(
            "scan of 100 keys",
            "ConcurrentSkipListMap.subMap",
            Unit.NANOSECONDS,
            Comparison.TIMES,
            1.3,
            round -> round.inTurns(Micro.of(ScanBenchmark.class, "scan"))));
    lines.add(
        new Line(
            "making and applying changes, one writer",
            "",
            Unit.NANOSECONDS,
            Comparison.PER_SECOND,
            1_000_000,
            round ->
                round.alone(
                    Micro.of(ApplyBenchmark.class, "apply").withArgument(Measuring.YOUNG))));
    return lines;
  }

  private static Line pointRead(int keys) {
    return new Line(
        "point read, " + Figures.count(keys) + " keys",
        MAP,
        Unit.NANOSECONDS,
        Comparison.TIMES,
        1.25,
        0,
        round -> round.inTurns(point("read").withKeys(keys)));
  }
}
