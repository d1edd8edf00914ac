package io.petacore.store;

import static io.petacore.store.StoreUnderTest.batch;
import static io.petacore.store.StoreUnderTest.names;
import static io.petacore.testing.Answers.assertFails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.testing.Answers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The contract of {@link KvStore#range}. */
interface RangeContract {

  StoreUnderTest under();

  @Test
  default void aRangeWithoutKeysIsEmpty() throws Exception {
    under().write(under().put("k", "v"));
    for (KeyRange empty :
        List.of(
            KeyRange.prefix(under().key("nothing")),
            KeyRange.closedOpen(under().key("k"), under().key("k")))) {
      RangePage page = under().page(empty, 0, 0);
      assertEquals(List.of(), page.entries());
      assertFalse(page.more());
    }
  }

  @Test
  default void entriesComeInUnsignedByteOrder() throws Exception {
    List<Bytes> ordered =
        List.of(
            under().key(Bytes.of((byte) 0)),
            under().key(Bytes.of((byte) 0, (byte) 0)),
            under().key("a"),
            under().key("aa"),
            under().key("b"),
            under().key(Bytes.of((byte) 0x7f)),
            under().key(Bytes.of((byte) 0x80)),
            under().key(Bytes.of((byte) 0xff)),
            under().key(Bytes.of((byte) 0xff, (byte) 0)));
    List<Bytes> shuffled = new ArrayList<>(ordered);
    Collections.shuffle(shuffled, new Random(7));
    for (Bytes key : shuffled) {
      under().write(new Operation.Put(key, Bytes.EMPTY));
    }

    List<KeyValue> entries = under().entries();

    assertEquals(ordered, entries.stream().map(KeyValue::key).toList());
    assertTrue(entries.stream().allMatch(entry -> entry.value().isEmpty()), "empty is a value");
  }

  @Test
  default void aRangeIncludesItsBeginningButNotItsEnd() throws Exception {
    long revision =
        under()
            .commit(
                under().put("a", "1"),
                under().put("b", "2"),
                under().put("ba", "3"),
                under().put("c", "4"))
            .revision();

    RangePage page = under().page(KeyRange.closedOpen(under().key("b"), under().key("c")), 0, 0);

    assertEquals(
        List.of(under().entry("b", "2", revision, 1), under().entry("ba", "3", revision, 1)),
        page.entries());
    assertEquals(
        List.of(under().entry("b", "2", revision, 1)),
        under().page(KeyRange.single(under().key("b")), 0, 0).entries());
  }

  @Test
  default void aRangeMayHaveNoUpperEnd() throws Exception {
    long revision =
        under()
            .commit(under().put("x", "1"), under().put("y", "2"), under().put("z", "3"))
            .revision();

    RangePage page = under().page(KeyRange.atLeast(under().key("y")), 0, 2);

    assertEquals(
        List.of(under().entry("y", "2", revision, 1), under().entry("z", "3", revision, 1)),
        page.entries());
  }

  @Test
  default void aPrefixMayEndInTheHighestBytes() throws Exception {
    Bytes high = Bytes.of((byte) 0xff);
    Bytes inside = under().key(high.concat(high));
    under().commit(new Operation.Put(inside, Bytes.EMPTY), under().put("a", "below"));
    assertEquals(
        List.of(inside),
        under().page(KeyRange.prefix(under().key(high)), 0, 0).entries().stream()
            .map(KeyValue::key)
            .toList());

    // A prefix of 0xff bytes only: the range is unbounded above.
    Bytes highest = high.concat(high).concat(Bytes.utf8(UUID.randomUUID().toString()));
    Bytes beneath = Bytes.of((byte) 0xff, (byte) 0xfe);
    under()
        .commit(new Operation.Put(highest, Bytes.EMPTY), new Operation.Put(beneath, Bytes.EMPTY));
    List<Bytes> found =
        under().page(KeyRange.prefix(high.concat(high)), 0, 0).entries().stream()
            .map(KeyValue::key)
            .toList();
    under().commit(new Operation.Delete(highest), new Operation.Delete(beneath));
    assertTrue(found.contains(highest));
    assertFalse(found.contains(beneath));
  }

  @Test
  default void aPageSaysWhetherThereIsMore() throws Exception {
    for (String name : names(5)) {
      under().write(under().put(name, name));
    }
    for (int limit = 0; limit <= 6; limit++) {
      RangePage page = under().page(under().all(), 0, limit);
      assertEquals(limit == 0 ? 5 : Math.min(limit, 5), page.entries().size(), "limit " + limit);
      assertEquals(limit > 0 && limit < 5, page.more(), "limit " + limit);
    }

    under().write(under().delete("0004"));
    assertFalse(under().page(under().all(), 0, 4).more(), "a deleted key is not more");
  }

  @Test
  default void everyRevisionCanBeReadAsItWas() throws Exception {
    long created = under().commit(under().put("a", "1"), under().put("b", "1")).revision();
    long changed = under().write(under().put("a", "2"));
    long deleted = under().write(under().delete("a"));
    long again = under().commit(under().put("a", "3"), under().put("c", "1")).revision();

    KeyValue b = under().entry("b", "1", created, 1);
    assertEquals(List.of(under().entry("a", "1", created, 1), b), under().entriesAt(created));
    assertEquals(List.of(under().entry("a", "2", changed, 2), b), under().entriesAt(changed));
    assertEquals(List.of(b), under().entriesAt(deleted));
    List<KeyValue> newest =
        List.of(under().entry("a", "3", again, 1), b, under().entry("c", "1", again, 1));
    assertEquals(newest, under().entriesAt(again));
    assertEquals(newest, under().entries());
    assertEquals(List.of(), under().entriesAt(created - 1));
    RangePage past = under().page(under().all(), created, 0);
    assertTrue(
        past.revision() >= again, "the reported revision is the newest one, not the one read");
  }

  @Test
  default void aRevisionNotReachedCannotBeRead() throws Exception {
    long future = under().newest() + 1_000_000;
    assertFails(
        StoreException.Kind.FUTURE_REVISION,
        under().store().range(new RangeRequest(under().all(), future, 0)));
  }

  @Test
  default void pagesAtARevisionAreUntouchedByLaterWrites() throws Exception {
    for (String name : names(40)) {
      under().write(under().put(name, "before"));
    }
    long revision = under().newest();
    List<KeyValue> expected = under().entriesAt(revision);
    AtomicBoolean stop = new AtomicBoolean();
    CountDownLatch started = new CountDownLatch(20);
    CompletableFuture<Void> writer =
        StoreUnderTest.start(
            () -> {
              for (int i = 0; !stop.get(); i++) {
                String name = names(40).get(i % 40);
                Batch change =
                    i % 3 == 0
                        ? batch(under().delete(name), under().put(name + "-new", "after"))
                        : batch(under().put(name, "after"));
                under().store().commit(change).join();
                started.countDown();
              }
            });
    assertTrue(started.await(30, TimeUnit.SECONDS));

    for (int round = 0; round < 20; round++) {
      List<KeyValue> read = new ArrayList<>();
      KeyRange rest = under().all();
      RangePage page = under().page(rest, revision, 7);
      read.addAll(page.entries());
      while (page.more()) {
        assertEquals(7, page.entries().size());
        rest = rest.startingAt(read.get(read.size() - 1).key().successor());
        page = under().page(rest, revision, 7);
        read.addAll(page.entries());
      }
      assertEquals(expected, read);
    }
    stop.set(true);
    Answers.answer(writer);
  }

  /** A read sees batches atomically, and all acknowledged ones. */
  @Test
  default void aReadNeverSeesPartOfABatch() throws Exception {
    under().commit(under().put("a", "0"), under().put("m", "0"), under().put("z", "0"));
    CompletableFuture<Void> writer =
        StoreUnderTest.start(
            () -> {
              for (int i = 1; i <= 300; i++) {
                String n = Integer.toString(i);
                under()
                    .store()
                    .commit(batch(under().put("z", n), under().put("m", n), under().put("a", n)))
                    .join();
              }
            });
    while (true) {
      boolean last = writer.isDone();
      List<KeyValue> entries = under().entries();
      assertEquals(1, entries.stream().map(KeyValue::modRevision).distinct().count());
      assertEquals(1, entries.stream().map(KeyValue::value).distinct().count());
      if (last) {
        Answers.answer(writer);
        assertEquals(Bytes.utf8("300"), entries.get(0).value());
        return;
      }
    }
  }
}
