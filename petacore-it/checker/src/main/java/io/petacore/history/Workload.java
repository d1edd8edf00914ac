package io.petacore.history;

import io.petacore.history.MicroOp.PointOp;
import io.petacore.transaction.IsolationLevel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;

/**
 * Generates random transactions of a few operations on a few keys. A key that was written often
 * enough is replaced by a new one, which keeps lists short and includes fresh keys. Thread-safe;
 * which thread gets which transaction depends on the order of calls.
 */
public final class Workload {

  /** The kind of the keys. */
  public enum Form {
    /** Lists that are appended to; a read shows the whole order of writes. */
    LIST_APPEND,
    /** Registers that are overwritten, whether or not they were read before, and deleted. */
    REGISTER
  }

  /**
   * The fractions of transactions and of operations, each from 0 to 1. The other transactions are
   * Snapshot ones; the other operations write or read a key.
   *
   * @param readCommitted the fraction of Read Committed transactions; they only read lists
   * @param serializable the fraction of Serializable transactions
   * @param deletes the fraction of deletes among the writes of registers
   * @param ranges the fraction of range reads among the reads
   */
  public record Mix(double readCommitted, double serializable, double deletes, double ranges) {

    /** Everything: all levels, deletes, and range reads. */
    public static final Mix ALL = new Mix(0.2, 0.4, 0.3, 0.3);

    /** Checks the fractions of transactions. */
    public Mix {
      if (readCommitted + serializable > 1) {
        throw new IllegalArgumentException(
            "more than all: " + readCommitted + " + " + serializable);
      }
    }

    /**
     * Snapshot and Read Committed transactions that neither delete nor read ranges.
     *
     * @param readCommitted the fraction of Read Committed transactions
     */
    public static Mix readCommitted(double readCommitted) {
      return new Mix(readCommitted, 0, 0, 0);
    }
  }

  private static final int MAX_OPS = 4;
  private static final int WRITES_OF_A_KEY = 40;

  private final Random random;
  private final Form form;
  private final Mix mix;
  private final int[] keys;
  private final int[] writes;
  private int nextKey;
  private long nextValue = 1;

  /**
   * Generates Snapshot and Read Committed transactions that neither delete nor read ranges.
   *
   * @param keys the number of keys in use at a time: the fewer, the more conflicts
   * @param readCommitted the fraction of Read Committed transactions, from 0 to 1; they only read
   *     lists
   */
  public Workload(long seed, Form form, int keys, double readCommitted) {
    this(seed, form, keys, Mix.readCommitted(readCommitted));
  }

  /**
   * Generates a mix. A fraction of 0 draws nothing, so a seed gives the same transactions as before
   * that fraction existed.
   *
   * @param keys the number of keys in use at a time: the fewer, the more conflicts
   */
  public Workload(long seed, Form form, int keys, Mix mix) {
    this.random = new Random(seed);
    this.form = form;
    this.mix = mix;
    this.keys = new int[keys];
    this.writes = new int[keys];
    for (int i = 0; i < keys; i++) {
      this.keys[i] = nextKey++;
    }
  }

  /** Returns the next transaction. */
  public synchronized Plan next() {
    IsolationLevel level = level(random.nextDouble());
    boolean mayWrite = form == Form.REGISTER || level != IsolationLevel.READ_COMMITTED;
    Set<String> written = new HashSet<>();
    List<MicroOp> ops = new ArrayList<>();
    for (int i = 1 + random.nextInt(MAX_OPS); i > 0; i--) {
      int index = random.nextInt(keys.length);
      if (mayWrite && random.nextBoolean()) {
        PointOp write = write(index, written);
        written.add(write.key());
        ops.add(write);
      } else {
        ops.add(draws(mix.ranges()) ? range(index) : read(name(keys[index])));
      }
    }
    return new Plan(level, ops);
  }

  private IsolationLevel level(double drawn) {
    if (drawn < mix.readCommitted()) {
      return IsolationLevel.READ_COMMITTED;
    }
    return drawn < mix.readCommitted() + mix.serializable()
        ? IsolationLevel.SERIALIZABLE
        : IsolationLevel.SNAPSHOT;
  }

  private boolean draws(double fraction) {
    return fraction > 0 && random.nextDouble() < fraction;
  }

  /** Returns transactions that read every key ever used, for the end of a run. */
  public synchronized List<Plan> readAll() {
    List<Plan> plans = new ArrayList<>();
    for (int key = 0; key < nextKey; key++) {
      plans.add(new Plan(IsolationLevel.SNAPSHOT, List.of(read(name(key)))));
    }
    return plans;
  }

  private PointOp write(int index, Set<String> written) {
    String key = name(keys[index]);
    if (++writes[index] == WRITES_OF_A_KEY) {
      keys[index] = nextKey++;
      writes[index] = 0;
    }
    long value = nextValue++;
    if (form == Form.LIST_APPEND) {
      return new MicroOp.Append(key, value);
    }
    return draws(mix.deletes()) && !written.contains(key)
        ? new MicroOp.Delete(key, value)
        : new MicroOp.Write(key, value);
  }

  private PointOp read(String key) {
    return PointOp.absent(key, form == Form.LIST_APPEND);
  }

  /** From one key in use to another, or beyond the newest, where keys are still to be created. */
  private MicroOp range(int index) {
    int other = keys[random.nextInt(keys.length)];
    int from = Math.min(keys[index], other);
    int to = Math.max(keys[index], other) + 2;
    return new MicroOp.RangeRead(name(from), name(to), form == Form.LIST_APPEND, List.of());
  }

  /** Returns a name of fixed length, so that names have the order of keys. */
  private static String name(int key) {
    return String.format(Locale.ROOT, "k%06d", key);
  }
}
