package io.petacore.bench.peers;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The workloads of one peer, on keys in random order, in a new process. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the setup first.
public class PeerBenchmark {

  /** System property with the directory of the class paths. */
  static final String DIRECTORY = "petacore.peers";

  private static final int KEYS = 100_000;
  private static final int TEN = 10;
  private static final int LENGTH = 100;

  @Param("PetaCorePeer")
  String peer;

  private final byte[][] values = new byte[KEYS][];
  private final int[] order = IntStream.range(0, KEYS).toArray();
  private final int[] ten = new int[TEN];
  private final @Nullable Object[] found = new Object[TEN];
  private Peer opened;
  private int at;

  /** Opens the peer and verifies it. */
  @Setup(Level.Trial)
  public void open() throws Exception {
    String[] names = new String[KEYS];
    for (int i = 0; i < KEYS; i++) {
      names[i] = String.format(Locale.ROOT, "catalogue/item-%06d", i);
      values[i] = String.format(Locale.ROOT, "%-64d", i).getBytes(US_ASCII);
    }
    shuffle();
    opened = new Peers(Path.of(System.getProperty(DIRECTORY, "."))).get(peer);
    opened.open(names, values);
    check();
    System.gc(); // moves the data to the old generation
  }

  private void shuffle() {
    Random random = new Random(42);
    for (int i = KEYS - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[other];
      order[other] = kept;
    }
  }

  /** Verifies the peer: one that finds nothing is fast, too. */
  private void check() throws Exception {
    for (int i = 0; i < TEN; i++) {
      if (opened.read(next()) == null) {
        throw new IllegalStateException(peer + " lacks a key");
      }
    }
    if (opened.isOrdered() && opened.scan(0, LENGTH) != sumOfAScan()) {
      throw new IllegalStateException(peer + " returns a wrong scan");
    }
    if (opened.description().isSnapshot()) {
      for (Object value : readTen()) {
        if (value == null) {
          throw new IllegalStateException(peer + " lacks a key");
        }
      }
    }
  }

  private long sumOfAScan() {
    long sum = 0;
    for (int i = 0; i < LENGTH; i++) {
      sum += 'c' + values[i][0];
    }
    return sum;
  }

  /** Closes the peer. */
  @TearDown(Level.Trial)
  public void close() throws Exception {
    opened.close();
  }

  private int next() {
    at = at + 1 < KEYS ? at + 1 : 0;
    return order[at];
  }

  /** Reads one key. */
  @Benchmark
  public @Nullable Object read() throws Exception {
    return opened.read(next());
  }

  /** Reads ten keys in one snapshot. */
  @Benchmark
  public @Nullable Object[] readTen() throws Exception {
    for (int i = 0; i < TEN; i++) {
      ten[i] = next();
    }
    opened.readSnapshot(ten, found);
    return found;
  }

  /** Scans a hundred keys. */
  @Benchmark
  public long scan() throws Exception {
    return opened.scan(Math.min(next(), KEYS - LENGTH - 1), LENGTH);
  }

  /** Writes one key. */
  @Benchmark
  public void write() throws Exception {
    int key = next();
    opened.write(key, values[order[key]]);
  }
}
