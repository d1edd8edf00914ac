package io.petacore.keyspace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.error.KeyFormatException;
import io.petacore.error.PetaCoreException;
import io.petacore.error.ValueFormatException;
import io.petacore.keyspace.KeyCodecTest.Place;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.testing.Crew;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.Transaction;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Typed reads and writes; what is decoded, and how often. */
class KeyspaceTest {

  private final AtomicInteger decodings = new AtomicInteger();

  /** A value that knows what it was decoded from. */
  record City(String text) {}

  private final Codec<City> counting =
      Codec.utf8()
          .map(
              text -> {
                decodings.incrementAndGet();
                return new City(text);
              },
              City::text);

  private final Keyspace<Place, City> cities = Keyspace.of("city/", KeyCodecTest.PLACE, counting);
  private final KvStore store = EmbeddedKvStore.inMemory();
  private final DistributedStorage storage = DistributedStorage.open(store);

  @AfterEach
  void close() {
    storage.close();
    store.close();
  }

  private static final Place AUCKLAND = new Place("NZ", 1);
  private static final Place WELLINGTON = new Place("NZ", 2);
  private static final Place OSLO = new Place("NO", 1);

  private void writeThree() {
    storage.runTransaction(
        tx -> {
          cities.write(tx, AUCKLAND, new City("Auckland"));
          cities.write(tx, WELLINGTON, new City("Wellington"));
          cities.write(tx, OSLO, new City("Oslo"));
          tx.write("city", "a neighbour").write("city0", "another");
        });
  }

  private static List<String> texts(Iterable<TypedEntry<Place, City>> scan) {
    List<String> texts = new ArrayList<>();
    scan.forEach(entry -> texts.add(entry.value().text()));
    return texts;
  }

  @Test
  void readsAndWrites() {
    writeThree();
    assertEquals(new City("Oslo"), cities.read(storage, OSLO));
    assertNull(cities.read(storage, new Place("NO", 2)));
    assertTrue(cities.exists(storage, OSLO));
    assertEquals(3, cities.count(storage));
    assertEquals(2, cities.count(storage, cities.prefix("NZ")));
    assertEquals(List.of("Oslo", "Auckland", "Wellington"), texts(cities.scan(storage)));
    assertEquals(
        List.of("Wellington", "Auckland"),
        texts(cities.scanDescending(storage, cities.prefix("NZ"))));
    assertEquals(
        List.of("Auckland"), texts(cities.scan(storage, cities.range(AUCKLAND, WELLINGTON))));
    assertEquals(List.of("Oslo"), texts(cities.scan(storage, cities.below(AUCKLAND))));
    assertEquals(List.of("Wellington"), texts(cities.scan(storage, cities.atLeast(WELLINGTON))));
    assertEquals(3, cities.count(storage, KeyRange.all()), "of this keyspace only");
    assertEquals(0, cities.count(storage, KeyRange.atLeast(Bytes.utf8("d"))));
    assertEquals(List.of("Oslo"), texts(cities.scan(storage).limit(1)));
    assertEquals(3, cities.scan(storage).stream().count());
    storage.runTransaction(
        tx -> {
          cities.delete(tx, OSLO);
          cities.update(tx, AUCKLAND, city -> new City(city + "!"));
          assertNull(cities.update(tx, WELLINGTON, city -> null));
          assertEquals(List.of("City[text=Auckland]!"), texts(cities.scan(tx)));
        });
    assertEquals(1, cities.count(storage));
  }

  /** Fails if a read decodes what was decoded, or if scans and maps keep values of their own. */
  @Test
  void aVersionIsDecodedOnce() {
    writeThree();
    City oslo = cities.read(storage, OSLO);
    assertSame(oslo, cities.read(storage, OSLO));
    assertSame(oslo, cities.readEncoded(storage, cities.key(OSLO)));
    assertNull(cities.readEncoded(storage, Bytes.utf8("city/none")));
    assertThrows(KeyFormatException.class, () -> cities.readEncoded(storage, Bytes.utf8("city0")));
    try (Snapshot snapshot = storage.snapshot()) {
      assertSame(oslo, cities.read(snapshot, OSLO));
      assertSame(oslo, cities.asMap(snapshot).get(OSLO));
      assertSame(oslo, cities.scan(snapshot).iterator().next().value());
      storage.runTransaction(tx -> assertSame(oslo, cities.read(tx, OSLO)));
      assertEquals(1, decodings.get());
      storage.runTransaction(tx -> cities.write(tx, OSLO, new City("Christiania")));
      assertEquals(new City("Christiania"), cities.read(storage, OSLO));
      assertSame(oslo, cities.read(snapshot, OSLO), "both versions are kept");
      assertEquals(new City("Christiania"), cities.read(storage, OSLO));
      assertEquals(2, decodings.get());
    }
  }

  /** Fails if values are found by key or by value object alone. */
  @Test
  void codecsAndKeysDoNotShareValues() {
    Codec<String> ofKey =
        new Codec<>() {
          @Override
          public Bytes encode(Bytes key, String value) {
            return Bytes.utf8(value);
          }

          @Override
          public String decode(Bytes key, Bytes value) {
            return key.toUtf8() + "=" + value.toUtf8();
          }
        };
    Keyspace<String, String> first = Keyspace.of("k/", KeyCodec.utf8(), ofKey);
    Keyspace<String, Long> second = Keyspace.of("k/", KeyCodec.utf8(), Codec.decimal());
    Bytes shared = Bytes.utf8("7");
    storage.runTransaction(
        tx -> {
          for (int i = 0; i < 100; i++) {
            tx.write(first.key("" + i), shared);
          }
        });
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 100; i++) {
        assertEquals("k/" + i + "=7", first.read(storage, "" + i));
        assertEquals(7, second.read(storage, "" + i));
      }
    }
  }

  /** An object that is changed after it was written is not what is read. */
  @Test
  void ownWritesAreDecoded() {
    Keyspace<String, StringBuilder> mutable =
        Keyspace.of("m/", KeyCodec.utf8(), Codec.utf8().map(StringBuilder::new, String::valueOf));
    storage.runTransaction(
        tx -> {
          StringBuilder written = new StringBuilder("a");
          mutable.write(tx, "k", written);
          written.append("b");
          assertEquals("a", String.valueOf(mutable.read(tx, "k")));
          assertEquals("a", String.valueOf(mutable.scan(tx).iterator().next().value()));
        });
  }

  @Test
  void whatIsMalformedConcernsItsEntryOnly() {
    Keyspace<Integer, Long> numbers = Keyspace.of("n/", KeyCodec.int32(), Codec.decimal());
    storage.runTransaction(
        tx -> {
          numbers.write(tx, 1, 1L);
          tx.write(numbers.key(2), Bytes.utf8("two"));
          tx.write(numbers.key(3).concat(Bytes.utf8("!")), Bytes.utf8("3"));
          numbers.write(tx, 4, 4L);
        });
    ValueFormatException thrown =
        assertThrows(ValueFormatException.class, () -> numbers.read(storage, 2));
    assertEquals(numbers.key(2), thrown.key());
    String message = String.valueOf(thrown.getMessage());
    assertTrue(message.contains("decimal") && message.contains("0x74776f"), message);
    Iterator<TypedEntry<Integer, Long>> all = numbers.scan(storage).iterator();
    assertEquals(1L, all.next().value());
    assertThrows(ValueFormatException.class, all::next);
    assertThrows(KeyFormatException.class, all::next);
    assertEquals(new TypedEntry<>(4, 4L), all.next());
    assertFalse(all.hasNext());
    List<PetaCoreException> skipped = new ArrayList<>();
    assertEquals(
        List.of(1L, 4L),
        numbers.scan(storage).skipMalformed(skipped::add).stream().map(TypedEntry::value).toList());
    assertEquals(2, skipped.size());
    assertEquals(4, numbers.count(storage));
  }

  @Test
  void decodersMayReadAndEncodersToo() {
    Keyspace<String, String> inner = Keyspace.of("i/", KeyCodec.utf8(), Codec.utf8());
    Keyspace<String, String> outer =
        Keyspace.of(
            "o/",
            KeyCodec.utf8().map(key -> key, key -> key + inner.read(storage, key)),
            Codec.utf8().map(text -> text + inner.read(storage, "a"), text -> text));
    storage.runTransaction(
        tx -> {
          inner.write(tx, "a", "1");
          tx.write("o/a1", "x");
        });
    assertEquals("x1", outer.read(storage, "a"));
  }

  @Test
  void prefixesAndViews() {
    assertThrows(
        IllegalArgumentException.class, () -> Keyspace.of("", KeyCodec.utf8(), Codec.utf8()));
    assertThrows(
        IllegalArgumentException.class, () -> Keyspace.of("\0a", KeyCodec.utf8(), Codec.utf8()));
    assertThrows(KeyFormatException.class, () -> cities.decodeKey(Bytes.utf8("town/1")));
    Keyspace<String, Long> last =
        Keyspace.of(Bytes.of((byte) 0xff), KeyCodec.utf8(), Codec.decimal());
    storage.runTransaction(tx -> last.write(tx, "a", 1L));
    assertEquals(1, last.count(storage));
    assertEquals("a", last.asMap(storage).lastKey());
    assertEquals("a", last.asMap(storage).headMap("b").lastKey());
  }

  /** Fails if the key's encoding or the lookup allocates. */
  @Test
  void aReadOfADecodedValueAllocatesNothing() {
    Keyspace<Long, City> byNumber = Keyspace.of("b/", KeyCodec.int64(), counting);
    Keyspace<String, City> byName = Keyspace.of("c/", KeyCodec.utf8(), counting);
    Long number = 123_456L;
    storage.runTransaction(
        tx -> {
          byNumber.write(tx, number, new City("a"));
          byName.write(tx, "name", new City("b"));
          byName.write(tx, "longer name", new City("c"));
        });
    Runnable reads =
        () -> {
          last = byNumber.read(storage, number);
          last = byName.read(storage, "name");
          last = byName.read(storage, "longer name");
        };
    assertEquals(0, bytesOfEach(reads), "bytes a round");
    assertTrue(decodings.get() <= 3);
  }

  @SuppressWarnings("UnusedVariable") // keeps compilers from eliminating unused results
  private volatile @Nullable Object last;

  private static long bytesOfEach(Runnable work) {
    int runs = 10_000;
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = 0;
    for (int round = 0; round < 3; round++) {
      before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < runs; i++) {
        work.run();
      }
    }
    return (threads.getCurrentThreadAllocatedBytes() - before) / runs;
  }

  /**
   * Readers race with a writer that counts up: a read returns the count of a state that was current
   * during the read, and in a snapshot always the same. Fails if an object of another version, key
   * or codec is returned.
   */
  @Test
  void readersNeverSeeAnotherVersionsValue() {
    int keys = 40;
    try (KvStore other = EmbeddedKvStore.inMemory();
        DistributedStorage small =
            DistributedStorage.builder(other).maxDecodedBytes(3_000).open()) {
      Keyspace<Integer, Long> numbers = Keyspace.of("n/", KeyCodec.int32(), Codec.decimal());
      Keyspace<Integer, City> texts = Keyspace.of("n/", KeyCodec.int32(), counting);
      AtomicLong begun = new AtomicLong();
      AtomicLong ended = new AtomicLong();
      small.runTransaction(tx -> writeAll(tx, keys, 0));
      try (Crew crew = new Crew()) {
        for (int reader = 0; reader < 3; reader++) {
          crew.repeat(
              () -> {
                int key = ThreadLocalRandom.current().nextInt(keys);
                long least = ended.get();
                long read = present(numbers.read(small, key));
                long text = Long.parseLong(present(texts.read(small, key)).text());
                long most = begun.get();
                assertTrue(least <= read && read <= text && text <= most, read + " " + text);
                try (Snapshot snapshot = small.snapshot()) {
                  long first = present(numbers.read(snapshot, 0));
                  for (TypedEntry<Integer, City> entry : texts.scan(snapshot)) {
                    assertEquals(first, Long.parseLong(entry.value().text()));
                  }
                }
              });
        }
        for (long count = 1; count <= 300 && !crew.isStopped(); count++) {
          long now = count;
          begun.set(now);
          small.runTransaction(tx -> writeAll(tx, keys, now));
          ended.set(now);
        }
      }
    }
  }

  private static void writeAll(Transaction tx, int keys, long count) {
    Keyspace<Integer, Long> numbers = Keyspace.of("n/", KeyCodec.int32(), Codec.decimal());
    for (int key = 0; key < keys; key++) {
      numbers.write(tx, key, count);
    }
  }

  private static <T> T present(@Nullable T object) {
    assertNotNull(object);
    return object;
  }
}
