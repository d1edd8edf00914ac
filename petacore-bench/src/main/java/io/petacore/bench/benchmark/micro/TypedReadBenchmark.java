package io.petacore.bench.benchmark.micro;

import io.petacore.data.Bytes;
import io.petacore.keyspace.Codec;
import io.petacore.keyspace.KeyCodec;
import io.petacore.keyspace.Keyspace;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Reads decoded records by typed keys in random order, alternating with raw reads of the same
 * storage, whose keys are encoded already.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TypedReadBenchmark {
  private static final String PREFIX = "catalogue/";
  private static final int SLICE = 10_010;

  /** What a value is decoded to. */
  record Item(String text) {}

  /** The names of all items, whose records are decoded. */
  @State(Scope.Benchmark)
  public static class Names {
    final Keyspace<String, Item> items =
        Keyspace.of(PREFIX, KeyCodec.utf8(), Codec.utf8().map(Item::new, Item::text));
    String[] names = {};

    /** Decodes all records. */
    @Setup(Level.Trial)
    public void decode(FilledStorage filled) {
      names = new String[filled.lookups.length];
      for (int i = 0; i < names.length; i++) {
        Bytes key = filled.lookups[i];
        names[i] = key.toUtf8().substring(PREFIX.length());
        if (items.read(filled.storage, names[i]) == null) {
          throw new IllegalStateException("no item " + names[i]);
        }
      }
      System.gc(); // moves them to the old generation
    }

    int readEncoded(FilledStorage filled, Cursor cursor) {
      int found = 0;
      for (int i = 0; i < SLICE; i++) {
        Bytes key = cursor.next(filled.lookups);
        found += items.readEncoded(filled.storage, key) == null ? 0 : 1;
      }
      return found;
    }

    int read(FilledStorage filled, Cursor cursor) {
      int found = 0;
      for (int i = 0; i < SLICE; i++) {
        found += items.read(filled.storage, cursor.next(names)) == null ? 0 : 1;
      }
      return found;
    }
  }

  /** Reads with keys that are encoded already, as those of the raw reads. */
  @Benchmark
  @OperationsPerInvocation(SLICE)
  public void readEncoded(
      FilledStorage filled, Names names, Cursor cursor, PairedTimes times, Blackhole hole) {
    times.reference(() -> hole.consume(filled.read(filled.lookups, cursor, SLICE)));
    times.own(SLICE, () -> hole.consume(names.readEncoded(filled, cursor)));
  }

  /** Reads with keys that are encoded by each read. */
  @Benchmark
  @OperationsPerInvocation(SLICE)
  public void read(
      FilledStorage filled, Names names, Cursor cursor, PairedTimes times, Blackhole hole) {
    times.reference(() -> hole.consume(filled.read(filled.lookups, cursor, SLICE)));
    times.own(SLICE, () -> hole.consume(names.read(filled, cursor)));
  }
}
