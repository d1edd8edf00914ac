package io.petacore.contract;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.TransactionConflictException;
import io.petacore.testing.Await;
import io.petacore.testing.Nodes;
import io.petacore.testing.SteeredStore;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionOptions;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * The examples of the textbook, on two nodes: two transactions, each right by itself, whose rule
 * both would break together. Impossible at Serializable and where the reads are required unchanged.
 */
public interface WriteSkewContract {

  /** The nodes of this test. */
  Nodes nodes();

  private static TransactionOptions at(IsolationLevel level) {
    return TransactionOptions.defaults().isolation(level);
  }

  /**
   * Two transactions, each right by itself, whose rule both would break together.
   *
   * @param before what both find
   * @param first one, which reads before it writes
   * @param second the other
   * @param required what the second has to require unchanged at a lower level
   */
  record Skew(
      Consumer<Transaction> before,
      Consumer<Transaction> first,
      Consumer<Transaction> second,
      Consumer<Transaction> required) {}

  /** At least one of two doctors stays on call. */
  @Test
  default void oneDoctorStaysOnCall() {
    requireRefused(
        new Skew(
            tx -> tx.write("on-call/ann", "yes").write("on-call/bob", "yes"),
            tx -> leave(tx, "ann", "bob"),
            tx -> leave(tx, "bob", "ann"),
            tx -> tx.requireUnchanged("on-call/ann")));
  }

  private static void leave(Transaction tx, String doctor, String other) {
    if ("yes".equals(tx.read("on-call/" + other))) {
      tx.write("on-call/" + doctor, "no");
    }
  }

  /** One paints all black stones white, one all white stones black: all have one colour. */
  @Test
  default void allStonesHaveOneColour() {
    KeyRange stones = KeyRange.prefix("stone/");
    requireRefused(
        new Skew(
            tx -> tx.write("stone/1", "black").write("stone/2", "white"),
            tx -> paint(tx, "black", "white"),
            tx -> paint(tx, "white", "black"),
            tx -> tx.requireUnchanged(stones)));
  }

  private static void paint(Transaction tx, String from, String to) {
    for (Entry stone : tx.scan(KeyRange.prefix("stone/"))) {
      if (stone.value().toUtf8().equals(from)) {
        tx.write(stone.key(), Bytes.utf8(to));
      }
    }
  }

  /** An account may be overdrawn as long as another one covers it. */
  @Test
  default void accountsCoverEachOther() {
    requireRefused(
        new Skew(
            tx -> tx.write("account/a", "50").write("account/b", "50"),
            tx -> withdraw(tx, "a"),
            tx -> withdraw(tx, "b"),
            tx -> tx.requireUnchanged("account/a")));
  }

  private static void withdraw(Transaction tx, String account) {
    long sum = number(tx, "a") + number(tx, "b");
    if (sum >= 100) {
      tx.write("account/" + account, Long.toString(number(tx, account) - 100));
    }
  }

  private static long number(Transaction tx, String account) {
    return Long.parseLong(String.valueOf(tx.read("account/" + account)));
  }

  /**
   * Bookings of a hall don't overlap: each looks through all of them, and adds a key of its own.
   */
  @Test
  default void bookingsDoNotOverlap() {
    requireRefused(
        new Skew(
            tx -> tx.write("hall/booking/1", "08-09"),
            tx -> book(tx, "2", "10-12"),
            tx -> book(tx, "3", "11-13"),
            tx -> tx.requireUnchanged(KeyRange.prefix("hall/booking/"))));
  }

  private static void book(Transaction tx, String id, String hours) {
    for (Entry booking : tx.scan(KeyRange.prefix("hall/booking/"))) {
      String other = booking.value().toUtf8();
      if (begin(hours).compareTo(end(other)) < 0 && begin(other).compareTo(end(hours)) < 0) {
        return;
      }
    }
    tx.write("hall/booking/" + id, hours);
  }

  private static String begin(String hours) {
    return hours.substring(0, 2);
  }

  private static String end(String hours) {
    return hours.substring(3);
  }

  /**
   * A name is given once: a transaction that takes it has read that it is free, and writes another
   * key.
   */
  @Test
  default void aNameIsGivenOnce() {
    requireRefused(
        new Skew(
            tx -> tx.write("user/1", "zoe"),
            tx -> register(tx, "user/2"),
            tx -> register(tx, "user/3"),
            tx -> tx.requireUnchanged(KeyRange.prefix("user/"))));
  }

  private static void register(Transaction tx, String key) {
    for (Entry user : tx.scan(KeyRange.prefix("user/"))) {
      if (user.value().toUtf8().equals("ann")) {
        return;
      }
    }
    tx.write(key, "ann");
  }

  /** Refused at Serializable and where required, by the check and by the store; else possible. */
  private void requireRefused(Skew skew) {
    assertRefused(at(IsolationLevel.SERIALIZABLE), skew, skew.second());
    Consumer<Transaction> requiring =
        tx -> {
          skew.required().accept(tx);
          skew.second().accept(tx);
        };
    assertRefused(at(IsolationLevel.SNAPSHOT), skew, requiring);
    assertRefused(at(IsolationLevel.READ_COMMITTED), skew, requiring);

    DistributedStorage a = nodes().open();
    DistributedStorage b = nodes().open();
    reset(a, b, skew);
    try (ExplicitTransaction first = a.begin(at(IsolationLevel.SNAPSHOT));
        ExplicitTransaction second = b.begin(at(IsolationLevel.SNAPSHOT))) {
      skew.first().accept(first);
      skew.second().accept(second);
      first.commit();
      assertDoesNotThrow(second::commit, "possible at Snapshot");
    }
  }

  private void assertRefused(TransactionOptions options, Skew skew, Consumer<Transaction> second) {
    DistributedStorage a = nodes().open();
    SteeredStore steered = nodes().steered();
    DistributedStorage b = nodes().open(steered);
    reset(a, b, skew);
    try (ExplicitTransaction first = a.begin(options);
        ExplicitTransaction late = b.begin(options)) {
      skew.first().accept(first);
      second.accept(late);
      first.commit();
      Await.until("b has seen it", () -> b.revision() >= a.revision());
      assertThrows(TransactionConflictException.class, late::commit, "by the check");
    }
    reset(a, b, skew);
    requireRefusedByTheStore(
        b, steered, options, second, () -> a.runTransaction(options, skew.first()::accept));
    for (DistributedStorage node : List.of(a, b)) {
      node.close();
    }
  }

  private static void reset(DistributedStorage a, DistributedStorage b, Skew skew) {
    a.delete(KeyRange.all());
    a.runTransaction(skew.before()::accept);
    Await.until("b has seen it", () -> b.revision() >= a.revision());
  }

  /** Something happens after the check, so the store's guards decide. */
  private void requireRefusedByTheStore(
      DistributedStorage blind,
      SteeredStore steered,
      TransactionOptions options,
      Consumer<Transaction> body,
      Runnable between) {
    BlindCommit.run(
        nodes(),
        blind,
        steered,
        options,
        body,
        between,
        tx -> assertThrows(TransactionConflictException.class, tx::commit, "by the store"));
  }
}
