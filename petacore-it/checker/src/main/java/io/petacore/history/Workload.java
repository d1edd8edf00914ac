package io.petacore.history;

import io.petacore.transaction.IsolationLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

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
    /** Registers that are overwritten, whether or not they were read before. */
    REGISTER
  }

  private static final int MAX_OPS = 4;
  private static final int WRITES_OF_A_KEY = 40;

  private final Random random;
  private final Form form;
  private final double readCommitted;
  private final int[] keys;
  private final int[] writes;
  private int nextKey;
  private long nextValue = 1;

  /**
   * @param keys the number of keys in use at a time: the fewer, the more conflicts
   * @param readCommitted the fraction of Read Committed transactions, from 0 to 1; they only read
   *     lists
   */
  public Workload(long seed, Form form, int keys, double readCommitted) {
    this.random = new Random(seed);
    this.form = form;
    this.readCommitted = readCommitted;
    this.keys = new int[keys];
    this.writes = new int[keys];
    for (int i = 0; i < keys; i++) {
      this.keys[i] = nextKey++;
    }
  }

  /** Returns the next transaction. */
  public synchronized Plan next() {
    IsolationLevel level =
        random.nextDouble() < readCommitted
            ? IsolationLevel.READ_COMMITTED
            : IsolationLevel.SNAPSHOT;
    boolean mayWrite = form == Form.REGISTER || level == IsolationLevel.SNAPSHOT;
    List<MicroOp> ops = new ArrayList<>();
    for (int i = 1 + random.nextInt(MAX_OPS); i > 0; i--) {
      int index = random.nextInt(keys.length);
      ops.add(mayWrite && random.nextBoolean() ? write(index) : read(name(keys[index])));
    }
    return new Plan(level, ops);
  }

  /** Returns transactions that read every key ever used, for the end of a run. */
  public synchronized List<Plan> readAll() {
    List<Plan> plans = new ArrayList<>();
    for (int key = 0; key < nextKey; key++) {
      plans.add(new Plan(IsolationLevel.SNAPSHOT, List.of(read(name(key)))));
    }
    return plans;
  }

  private MicroOp write(int index) {
    String key = name(keys[index]);
    if (++writes[index] == WRITES_OF_A_KEY) {
      keys[index] = nextKey++;
      writes[index] = 0;
    }
    long value = nextValue++;
    return form == Form.LIST_APPEND
        ? new MicroOp.Append(key, value)
        : new MicroOp.Write(key, value);
  }

  private MicroOp read(String key) {
    return form == Form.LIST_APPEND
        ? new MicroOp.ListRead(key, List.of())
        : new MicroOp.RegisterRead(key, null);
  }

  private static String name(int key) {
    return "k" + key;
  }
}
