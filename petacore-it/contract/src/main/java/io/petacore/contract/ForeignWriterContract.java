package io.petacore.contract;

import static io.petacore.testing.ForeignWriter.answer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.StorageStatus;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.TransactionConflictException;
import io.petacore.store.KeyValue;
import io.petacore.testing.Await;
import io.petacore.testing.ForeignWriter;
import io.petacore.testing.Mutations;
import io.petacore.testing.Nodes;
import io.petacore.testing.Seeds;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Foreign writes to the namespace are data, or are ignored; they never stop replication. */
public interface ForeignWriterContract {

  /** The nodes of this test. */
  Nodes nodes();

  private static void awaitRevision(DistributedStorage node, long revision) {
    Await.until("revision " + revision, () -> node.revision() >= revision);
  }

  /** A value is stored as it is, under namespace and key, and nowhere else. */
  @Test
  default void valuesAreStoredAsTheyAre() {
    DistributedStorage a = nodes().open();
    ForeignWriter plain = nodes().foreigner();
    a.runTransaction(tx -> tx.write("item/42", "lamp, 60 W").write("empty", ""));
    KeyValue stored = plain.get("item/42");
    assertNotNull(stored);
    assertEquals("lamp, 60 W", stored.value().toUtf8());
    assertEquals(nodes().namespace() + "item/42", stored.key().toUtf8());
    assertEquals(Bytes.EMPTY, present(plain.get("empty")).value());
    a.runTransaction(tx -> tx.delete("item/42"));
    assertNull(plain.get("item/42"));
  }

  private static KeyValue present(@Nullable KeyValue found) {
    if (found == null) {
      throw new AssertionError("absent");
    }
    return found;
  }

  /** Every node sees foreign puts and deletes, in order, before and after it was opened. */
  @Test
  default void foreignPutsAndDeletesAreSeen() {
    ForeignWriter foreign = nodes().foreigner();
    foreign.put("early", "1");
    DistributedStorage a = nodes().open();
    assertEquals("1", a.read("early"));
    awaitRevision(a, foreign.put("late", "2"));
    assertEquals("2", a.read("late"));
    awaitRevision(a, foreign.delete("early"));
    assertNull(a.read("early"));
    assertEquals("2", a.read("late"));
  }

  /** A key that ends with its lease is gone on every node. */
  @Test
  default void keysThatEndWithTheirLeaseAreGone() {
    DistributedStorage a = nodes().open();
    ForeignWriter foreign = nodes().foreigner();
    long revoked = answer(foreign.store().grantLease(Duration.ofMinutes(1)));
    awaitRevision(a, foreign.put(Bytes.utf8("revoked"), Bytes.utf8("x"), revoked));
    assertEquals("x", a.read("revoked"));
    answer(foreign.store().revokeLease(revoked));
    Await.until("it is gone", () -> a.read("revoked") == null);

    long expiring = answer(foreign.store().grantLease(Duration.ofSeconds(1)));
    foreign.put(Bytes.utf8("expiring"), Bytes.utf8("x"), expiring);
    Await.until("it has ended", () -> foreign.get("expiring") == null);
    awaitRevision(a, foreign.revision());
    assertNull(a.read("expiring"));
  }

  /** Guards on present keys hold against foreign writers, too. */
  @Test
  default void aForeignChangeOfAKeyThatExistsIsAConflict() {
    DistributedStorage a = nodes().open();
    ForeignWriter foreign = nodes().foreigner();
    a.runTransaction(tx -> tx.write("key", "0"));
    try (ExplicitTransaction tx = a.begin(TransactionOptions.defaults())) {
      tx.write("key", "mine");
      foreign.put("key", "theirs");
      assertThrows(TransactionConflictException.class, tx::commit);
    }
    Await.until("theirs is seen", () -> "theirs".equals(a.read("key")));
  }

  /**
   * A malformed commit record is counted and ignored; the data of its revision and everything after
   * it is applied. Broken if a parser's exception ended the watch loop.
   */
  @Test
  default void malformedCommitRecordsAreCountedAndIgnored() {
    DistributedStorage a = nodes().open();
    ForeignWriter foreign = nodes().foreigner();
    a.runTransaction(tx -> tx.write("before", "1"));
    long malformed = a.status().counters().malformedRecords();
    List<Bytes> rubbish =
        List.of(
            Bytes.EMPTY, Bytes.utf8("not a record"), Bytes.of((byte) 1), Bytes.of(new byte[64]));
    for (Bytes value : rubbish) {
      awaitRevision(a, foreign.put(Bytes.utf8("\0c"), value, 0));
    }
    assertEquals(malformed + rubbish.size(), a.status().counters().malformedRecords());

    awaitRevision(a, foreign.put("after", "2"));
    assertEquals("2", a.read("after"));
    assertEquals("1", a.read("before"));
    a.runTransaction(tx -> tx.write("own", "3"));
    assertEquals("3", a.read("own"));
    assertEquals(StorageStatus.State.SYNCED, a.status().state());

    DistributedStorage b = nodes().open();
    assertEquals("3", b.read("own"));
    b.runTransaction(tx -> tx.write("own", "4"));
    Await.until("a sees b's", () -> "4".equals(a.read("own")));
  }

  /**
   * Damaged records between the commits of two nodes, some of them still readable: every commit is
   * applied, timestamps rise, and both nodes end in the same state.
   */
  @Test
  default void damagedRecordsDoNoHarm() {
    DistributedStorage a = nodes().open();
    DistributedStorage b = nodes().open();
    ForeignWriter foreign = nodes().foreigner();
    a.runTransaction(tx -> tx.write("key", "0"));
    long seed = Seeds.one();
    Random random = new Random(seed);
    Mutations mutations =
        new Mutations(random, List.of(present(foreign.get("\0c")).value().toByteArray()), (byte) 1);
    List<String> records = List.of("\0c", "\0c", "\0s/" + "0".repeat(32), "\0d/0001", "\0later");
    try {
      long timestamp = appliedTimestamp(a);
      for (int i = 1; i <= 100; i++) {
        String record = records.get(random.nextInt(records.size()));
        foreign.put(Bytes.utf8(record), Bytes.of(mutations.next()), 0);
        String value = "" + i;
        (random.nextBoolean() ? a : b).runTransaction(tx -> tx.write("key", value));
        Await.until("both see it", () -> seen(a, value) && seen(b, value));
        assertTrue(appliedTimestamp(a) > timestamp);
        timestamp = appliedTimestamp(a);
      }
      assertEquals(StorageStatus.State.SYNCED, a.status().state());
      assertEquals(1, b.status().keys());
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(e + Seeds.replay(seed), e);
    }
  }

  private static long appliedTimestamp(DistributedStorage node) {
    return Objects.requireNonNull(node.status().appliedTimestamp()).nanosSinceEpoch();
  }

  private static boolean seen(DistributedStorage node, String value) {
    return value.equals(node.read("key"));
  }

  /** A record that claims a time past the year 2200 is malformed on every node alike. */
  @Test
  default void timestampsRiseWhateverReplacesTheRecord() {
    DistributedStorage a = nodes().open();
    ForeignWriter foreign = nodes().foreigner();
    a.runTransaction(tx -> tx.write("key", "1"));
    long timestamp = appliedTimestamp(a);
    byte[] farFuture = present(foreign.get("\0c")).value().toByteArray();
    for (int i = 1; i < farFuture.length; i++) {
      farFuture[i] = 0x7f;
    }
    awaitRevision(a, foreign.put(Bytes.utf8("\0c"), Bytes.of(farFuture), 0));
    assertTrue(appliedTimestamp(a) > timestamp);
    assertEquals(1, a.status().counters().malformedRecords());
    a.runTransaction(tx -> tx.write("key", "2"));
    assertEquals("2", a.read("key"));
    long aboutNow = System.currentTimeMillis() * 1_000_000;
    assertTrue(appliedTimestamp(a) < aboutNow + Duration.ofMinutes(5).toNanos());
  }

  /**
   * A value at the key that is the bare namespace belongs to no key of the application: it is
   * counted and ignored, in the load and on the watch.
   */
  @Test
  default void aValueAtTheBareNamespaceIsIgnoredAndCounted() {
    ForeignWriter foreign = nodes().foreigner();
    foreign.put("", "in the load");
    DistributedStorage a = nodes().open();
    assertEquals(1, a.status().counters().ignoredKeys());
    awaitRevision(a, foreign.put("", "on the watch"));
    assertEquals(2, a.status().counters().ignoredKeys());
    awaitRevision(a, foreign.put("key", "value"));
    List<Entry> entries = new ArrayList<>();
    a.runTransaction(tx -> tx.scan(KeyRange.all()).forEach(entries::add));
    assertEquals(List.of(new Entry(Bytes.utf8("key"), Bytes.utf8("value"))), entries);
    assertEquals(1, a.status().keys());
  }

  /** Unknown reserved keys, for example of a later release, are invisible and do no harm. */
  @Test
  default void unknownReservedKeysAreNotShown() {
    DistributedStorage a = nodes().open();
    ForeignWriter foreign = nodes().foreigner();
    awaitRevision(a, foreign.put("\0unknown", "?"));
    awaitRevision(a, foreign.put("\0d/ffff", "?"));
    a.runTransaction(
        tx -> {
          tx.scan(KeyRange.prefix(Bytes.EMPTY)).forEach(entry -> assertNull(entry));
          tx.write("key", "value");
        });
    assertEquals("value", a.read("key"));
    assertEquals(1, a.status().keys());
  }

  /** Bytes that are not UTF-8 can be read as bytes, and fail as text with advice. */
  @Test
  default void bytesAreBytes() {
    DistributedStorage a = nodes().open();
    ForeignWriter foreign = nodes().foreigner();
    Bytes odd = Bytes.of((byte) 0xff, (byte) 0x00, (byte) 0xfe);
    awaitRevision(a, foreign.put(odd, odd, 0));
    awaitRevision(a, foreign.put(Bytes.utf8("key"), odd, 0));
    assertEquals(odd, a.read(odd));
    assertThrows(IllegalStateException.class, () -> a.read("key"));
    a.runTransaction(tx -> tx.write(Bytes.utf8("copy"), odd));
    assertEquals(odd, present(foreign.get("copy")).value());
  }
}
