package io.petacore.simulation;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.transaction.IsolationLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The bodies of transactions, each aimed at another anomaly. Keys are few, so that transactions
 * conflict.
 */
final class Programs {

  static final int ACCOUNTS = 4;
  static final long BALANCE = 100;

  private static final String FORBIDDEN = "p";
  private static final int COUNTERS = 3;
  private static final String HOT = "c0";
  private static final int LISTS = 3;
  private static final int DOCTORS = 3;
  static final int SWITCHES = 5;
  static final int REGISTERS = 3;

  /** A body and the isolation level that it runs at. */
  record Program(IsolationLevel level, Body body) {
    void run(Witness tx) {
      body.run(tx);
    }
  }

  /** A body refuses what it was to do, because of what it has read. */
  static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refused(long seen) {
      super("refused at " + seen, null, false, false);
    }
  }

  /** The body of a transaction. */
  @FunctionalInterface
  interface Body {
    void run(Witness tx);
  }

  private final Timeline timeline;
  private final Random random;
  private final Fibers fibers;
  private final int wide;
  private final Judge judge;

  /**
   * @param wide number of keys that a large transaction writes
   */
  Programs(Timeline timeline, Fibers fibers, Judge judge, int wide) {
    this.timeline = timeline;
    this.random = timeline.random();
    this.fibers = fibers;
    this.judge = judge;
    this.wide = wide;
  }

  Program any() {
    return switch (random.nextInt(22)) {
      case 0, 1 -> program(1, this::increment);
      case 2, 3 -> program(1, this::transfer);
      case 4, 5 -> program(1, this::append);
      case 6 -> program(0.5, this::readLists);
      case 7, 8 -> program(1, this::flip);
      case 9 -> program(1, this::putOut);
      case 10 -> program(0, this::putOut);
      case 11 -> program(0, this::overwrite);
      case 12 -> program(0.7, this::mixed);
      case 13 -> program(0.8, this::writeMuch);
      case 14 -> program(1, this::balance);
      case 15 -> program(0.7, this::sweep);
      case 17 -> program(0.7, this::writeForbidden);
      case 16 -> program(0.9, this::deleteMuch);
      case 19, 20, 21 -> new Program(IsolationLevel.SERIALIZABLE, this::cover);
      default -> program(0.5, this::look);
    };
  }

  /**
   * A body at one of the levels.
   *
   * @param guarded how likely it is a level above Read Committed
   */
  private Program program(double guarded, Body body) {
    if (!timeline.chance(guarded)) {
      return new Program(IsolationLevel.READ_COMMITTED, body);
    }
    return new Program(
        timeline.chance(0.3) ? IsolationLevel.SERIALIZABLE : IsolationLevel.SNAPSHOT, body);
  }

  /** A body that competes for one key with all others of this kind. */
  Program hot() {
    return switch (random.nextInt(12)) {
      case 0, 1, 2, 3, 4 -> program(1, this::hit);
      case 5 -> program(1, this::hitAndFlip);
      case 6 -> program(1, this::hitUnlessRefused);
      case 7 -> program(1, this::hitOrLook);
      case 8 -> program(1, this::hitSlowly);
      case 9 -> program(1, this::scanAndHit);
      case 10 -> program(1, this::hitBoth);
      default -> program(1, this::hitBlindly);
    };
  }

  private String one(String kind, int of) {
    return kind + random.nextInt(of);
  }

  /** Lets other threads run. */
  private void think() {
    if (timeline.chance(0.3)) {
      fibers.pause(timeline.about(Timeline.MILLISECOND));
    }
  }

  private void increment(Witness tx) {
    String counter = one("c", COUNTERS);
    long value = tx.number(counter);
    think();
    tx.write(counter, String.valueOf(value + 1));
  }

  private long hit(Witness tx) {
    long value = tx.number(HOT);
    think();
    tx.write(HOT, String.valueOf(value + 1));
    return value;
  }

  /** A key comes and goes with the increments. */
  private void hitAndFlip(Witness tx) {
    if (tx.read("s0") == null) {
      tx.write("s0", "");
    } else {
      tx.delete("s0");
    }
    hit(tx);
  }

  private void hitUnlessRefused(Witness tx) {
    long value = hit(tx);
    if (value % 3 == 0) {
      throw new Refused(value);
    }
  }

  private void hitOrLook(Witness tx) {
    long value = tx.number(HOT);
    think();
    if (value % 2 == 0) {
      tx.write(HOT, String.valueOf(value + 1));
    }
  }

  /** Takes longer than others are kept waiting. */
  private void hitSlowly(Witness tx) {
    if (timeline.chance(0.3)) {
      fibers.pause(timeline.about(80 * Timeline.MILLISECOND));
    }
    hit(tx);
  }

  private void scanAndHit(Witness tx) {
    tx.scan("c", this::think);
    hit(tx);
  }

  private void hitBoth(Witness tx) {
    String other = one("c", COUNTERS);
    if (!other.equals(HOT)) {
      tx.write(other, String.valueOf(tx.number(other) + 1));
    }
    hit(tx);
  }

  /** Leaves the counter to others, but touches what they read. */
  private void hitBlindly(Witness tx) {
    tx.delete("s0");
    tx.writeRegister(one("r", REGISTERS));
    hit(tx);
  }

  private void transfer(Witness tx) {
    String from = one("a", ACCOUNTS);
    String to = one("a", ACCOUNTS);
    if (!from.equals(to)) {
      long left = tx.number(from) - 1;
      think();
      long right = tx.number(to) + 1;
      tx.write(from, String.valueOf(left));
      tx.write(to, String.valueOf(right));
    }
  }

  /** Checks that the sum of the accounts is unchanged. */
  private void balance(Witness tx) {
    long sum = 0;
    for (Entry entry : tx.scan("a", this::think)) {
      sum += Long.parseLong(Tag.payload(entry.value()));
    }
    if (sum != ACCOUNTS * BALANCE) {
      judge.contradicts("the accounts have " + sum + " together");
    }
  }

  /**
   * Of several doctors one stays on call: a key is present for each that has left. The body sees
   * whom it may let go by a scan, by a count or key by key, and writes a key that another may have
   * seen absent.
   */
  private void cover(Witness tx) {
    List<String> left = new ArrayList<>();
    switch (random.nextInt(3)) {
      case 0 -> tx.scan("o", this::think).forEach(entry -> left.add(entry.key().toUtf8()));
      case 1 -> doctors().filter(doctor -> tx.read(doctor) != null).forEach(left::add);
      default -> {
        if (tx.count("o") == 0) {
          think();
          tx.write(one("o", DOCTORS), "");
          return;
        }
        tx.scan("o", this::think).forEach(entry -> left.add(entry.key().toUtf8()));
      }
    }
    if (left.size() == DOCTORS) {
      judge.contradicts("no doctor is on call");
    }
    think();
    if (left.size() < DOCTORS - 1) {
      String leaves = one("o", DOCTORS);
      if (!left.contains(leaves)) {
        tx.write(leaves, "");
      }
    } else {
      tx.delete(left.get(random.nextInt(left.size())));
    }
  }

  private static Stream<String> doctors() {
    return IntStream.range(0, DOCTORS).mapToObj(doctor -> "o" + doctor);
  }

  private void append(Witness tx) {
    String list = list();
    List<Long> before = tx.readList(list);
    think();
    if (timeline.chance(0.3)) {
      tx.readList(list());
    }
    tx.append(list, before);
  }

  private void readLists(Witness tx) {
    tx.readList(list());
    think();
    tx.readList(list());
    tx.readRegister(one("r", REGISTERS));
  }

  /** Returns a list; a new one from time to time, so that there are always short lists. */
  private String list() {
    return one("l" + judge.claims().size() / 30 + "-", LISTS);
  }

  /** Creates absent keys, and deletes present ones. */
  private void flip(Witness tx) {
    for (int i = random.nextInt(2); i >= 0; i--) {
      String key = one("s", SWITCHES);
      boolean on = tx.read(key) != null;
      think();
      if (on) {
        tx.delete(key);
      } else {
        tx.write(key, "");
      }
    }
    if (timeline.chance(0.5)) {
      tx.writeRegister(one("r", REGISTERS));
    }
  }

  /** Deletes keys without reading them. */
  private void putOut(Witness tx) {
    think();
    tx.delete(one("s", SWITCHES));
    if (timeline.chance(0.7)) {
      tx.writeRegister(one("r", REGISTERS));
    }
  }

  /** Only deletes keys. */
  private void sweep(Witness tx) {
    TreeSet<String> keys = new TreeSet<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      keys.add(one("s", SWITCHES));
    }
    think();
    keys.forEach(tx::delete);
  }

  /** Deletes many keys, some of them absent, which may need a request of its own. */
  private void deleteMuch(Witness tx) {
    if (timeline.chance(0.5)) {
      tx.read("w0");
    }
    think();
    for (int i = random.nextInt(3); i < wide; i++) {
      tx.delete("w" + i);
    }
  }

  /** Writes the key that the store rejects while content is refused. */
  private void writeForbidden(Witness tx) {
    if (timeline.chance(0.5)) {
      tx.writeRegister(one("r", REGISTERS));
    }
    think();
    tx.write(FORBIDDEN, "");
  }

  /** Returns the keys of foreign writes and deletes. */
  static List<String> foreignKeys() {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < REGISTERS; i++) {
      keys.add("f" + i);
    }
    for (int i = 0; i < SWITCHES; i++) {
      keys.add("s" + i);
    }
    return keys;
  }

  /** Returns whether the store may reject writes of a key. */
  static boolean isForbidden(Bytes key) {
    return key.equals(Bytes.utf8(FORBIDDEN));
  }

  private void overwrite(Witness tx) {
    TreeSet<String> keys = new TreeSet<>();
    for (int i = 0; i < 3; i++) {
      keys.add(one("r", REGISTERS));
    }
    keys.forEach(tx::writeRegister);
    if (timeline.chance(0.5)) {
      tx.write(one("s", SWITCHES), "");
    }
  }

  private void mixed(Witness tx) {
    tx.read(one("c", COUNTERS));
    think();
    tx.writeRegister(one("r", REGISTERS));
    tx.write(one("f", REGISTERS), "");
    if (timeline.chance(0.5)) {
      tx.delete(one("s", SWITCHES));
    }
    tx.scan(timeline.chance(0.5) ? "s" : "r", this::think);
    tx.countAndCheckIndex("s");
    tx.delete(one("f", REGISTERS));
  }

  private void writeMuch(Witness tx) {
    String before = tx.read("w0");
    think();
    boolean delete = before != null && timeline.chance(0.2);
    for (int i = 0; i < wide; i++) {
      if (delete && i > 0 && i % 3 == 0) {
        tx.delete("w" + i);
      } else {
        tx.write("w" + i, "");
      }
    }
  }

  private void look(Witness tx) {
    for (int i = 0; i < 4; i++) {
      tx.read(one("a", ACCOUNTS));
      tx.read(one("s", SWITCHES));
      think();
    }
    tx.scan(timeline.chance(0.5) ? "w" : "s", this::think);
  }
}
