package io.petacore.history;

import io.petacore.transaction.IsolationLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Random transactions of a few steps on a few keys. A key that was written often enough gives way
 * to a new one, so that lists stay short and there are always beginnings. Safe for use by many
 * threads; what each of them gets depends on the seed, and on who asks first.
 */
public final class Workload {

  /** What the keys are. */
  public enum Form {
    /** Appended to; tells the whole order of writes, so nothing stays hidden for long. */
    LIST_APPEND,
    /** Overwritten, with and without having been read. */
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
   * @param keys how many are in use at a time: the fewer, the more conflicts
   * @param readCommitted which part of the transactions is Read Committed, from 0 to 1; of lists,
   *     these only read
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

  /** The next transaction. */
  public synchronized Plan next() {
    IsolationLevel level =
        random.nextDouble() < readCommitted
            ? IsolationLevel.READ_COMMITTED
            : IsolationLevel.SNAPSHOT;
    boolean mayWrite = form == Form.REGISTER || level == IsolationLevel.SNAPSHOT;
    List<MicroOp> ops = new ArrayList<>();
    for (int i = 1 + random.nextInt(MAX_OPS); i > 0; i--) {
      int place = random.nextInt(keys.length);
      ops.add(mayWrite && random.nextBoolean() ? write(place) : read(name(keys[place])));
    }
    return new Plan(level, ops);
  }

  /** Reads every key that was ever used: the last transactions of a run. */
  public synchronized List<Plan> readAll() {
    List<Plan> plans = new ArrayList<>();
    for (int key = 0; key < nextKey; key++) {
      plans.add(new Plan(IsolationLevel.SNAPSHOT, List.of(read(name(key)))));
    }
    return plans;
  }

  private MicroOp write(int place) {
    String key = name(keys[place]);
    if (++writes[place] == WRITES_OF_A_KEY) {
      keys[place] = nextKey++;
      writes[place] = 0;
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
