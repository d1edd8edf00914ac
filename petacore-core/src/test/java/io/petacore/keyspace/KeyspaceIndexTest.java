package io.petacore.keyspace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.KeyFormatException;
import io.petacore.error.UniqueViolationException;
import io.petacore.error.ValueFormatException;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.subscription.Change;
import io.petacore.transaction.BulkLoadOptions;
import io.petacore.transaction.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Typed indexes, and entries and changes decoded one by one. */
class KeyspaceIndexTest {

  /** A value: a person's name and year of birth. */
  record Person(String name, int born) {
    static Person of(String text) {
      String[] fields = text.split(",", 2);
      return new Person(fields[0], Integer.parseInt(fields[1]));
    }

    String text() {
      return name + "," + born;
    }
  }

  /** An index key of two elements. */
  record Birth(int decade, String name) {}

  private static final Keyspace<Integer, Person> PEOPLE =
      Keyspace.of("person/", KeyCodec.int32(), Codec.utf8().map(Person::of, Person::text));

  private static final KeyspaceIndex<Integer, Integer, Person> BY_YEAR =
      KeyspaceIndex.of(
          "byYear", PEOPLE, KeyCodec.int32(), person -> person.born() < 0 ? null : person.born());

  private static final KeyspaceIndex<Birth, Integer, Person> BY_DECADE =
      KeyspaceIndex.of(
          "byDecade",
          PEOPLE,
          KeyCodec.tuple(
              KeyCodec.int32().of(Birth::decade), KeyCodec.string().of(Birth::name), Birth::new),
          person -> new Birth(person.born() / 10, person.name()));

  private static final KeyspaceIndex<String, Integer, Person> BY_NAME =
      KeyspaceIndex.<String, Integer, Person>ofEach(
              "byName",
              PEOPLE,
              KeyCodec.string(),
              entry -> Set.of(entry.value().name(), "number " + entry.key()))
          .unique();

  private final KvStore store = EmbeddedKvStore.inMemory();
  private final DistributedStorage storage =
      DistributedStorage.builder(store)
          .namespace("people/")
          .index(BY_YEAR)
          .index(BY_DECADE)
          .index(BY_NAME)
          .open();

  @AfterEach
  void close() {
    storage.close();
    store.close();
  }

  private void writeThree() {
    storage.runTransaction(
        tx -> {
          PEOPLE.write(tx, -7, new Person("Ada", 1815));
          PEOPLE.write(tx, 8, new Person("Grace", 1906));
          PEOPLE.write(tx, 300, new Person("Alan", 1906));
          PEOPLE.write(tx, 400, new Person("Unknown", -1));
        });
  }

  private static List<String> names(Iterable<TypedEntry<Integer, Person>> scan) {
    List<String> names = new ArrayList<>();
    scan.forEach(entry -> names.add(entry.value().name()));
    return names;
  }

  @Test
  void findsEntriesByTypedIndexKeys() {
    writeThree();
    assertEquals(List.of("Grace", "Alan"), names(BY_YEAR.lookup(storage, 1906)));
    assertEquals(List.of(), names(BY_YEAR.lookup(storage, 1907)));
    assertEquals(new TypedEntry<>(8, new Person("Grace", 1906)), BY_YEAR.find(storage, 1906));
    assertNull(BY_YEAR.find(storage, -1), "left out");
    assertEquals(2, BY_YEAR.count(storage, 1906));
    assertEquals(3, BY_YEAR.count(storage, KeyRange.all()));
    assertEquals(List.of("Ada"), names(BY_YEAR.scan(storage, BY_YEAR.range(1800, 1906))));
    assertEquals(List.of("Ada"), names(BY_YEAR.scan(storage, BY_YEAR.below(1906))));
    assertEquals(
        List.of("Alan", "Grace"), names(BY_YEAR.scanDescending(storage, BY_YEAR.atLeast(1816))));
    assertEquals(List.of("Alan", "Grace"), names(BY_DECADE.scan(storage, BY_DECADE.prefix(190))));
    assertEquals(List.of("Grace"), names(BY_NAME.lookup(storage, "number 8")));
    assertThrows(IllegalArgumentException.class, () -> BY_YEAR.prefix(1), "no tuples");
  }

  @Test
  void showsTheStateOfItsView() {
    writeThree();
    try (Snapshot before = storage.snapshot()) {
      storage.runTransaction(
          tx -> {
            PEOPLE.delete(tx, 300);
            PEOPLE.write(tx, 8, new Person("Grace", 1992));
            assertEquals(List.of(), names(BY_YEAR.lookup(tx, 1906)));
            assertEquals(List.of("Grace"), names(BY_YEAR.lookup(tx, 1992)));
          });
      assertEquals(List.of("Grace", "Alan"), names(BY_YEAR.lookup(before, 1906)));
      assertEquals(List.of(), names(BY_YEAR.lookup(storage, 1906)));
    }
  }

  @Test
  void aUniqueIndexRefusesASecondHolder() {
    writeThree();
    UniqueViolationException refused =
        assertThrows(
            UniqueViolationException.class,
            () -> storage.runTransaction(tx -> PEOPLE.write(tx, 9, new Person("Ada", 1990))));
    assertEquals("byName", refused.index());
    assertNull(PEOPLE.read(storage, 9));
  }

  @Test
  void valuesThatDoNotDecodeAreLeftOutAndCounted() {
    writeThree();
    storage.runTransaction(tx -> tx.write(PEOPLE.key(5), Bytes.utf8("no person")));
    assertEquals(3, BY_YEAR.count(storage, KeyRange.all()));
    assertEquals(3, storage.status().counters().indexFunctionFailures(), "once for each index");
  }

  @Test
  void anotherStorageHasNoSuchIndex() {
    try (DistributedStorage plain = DistributedStorage.builder(store).namespace("other/").open()) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> BY_YEAR.find(plain, 1)).getMessage();
      assertNotNull(message);
      assertTrue(message.contains("byYear"), message);
    }
  }

  @Test
  void entriesAreEncodedAndDecodedOneByOne() {
    Entry entry = PEOPLE.encode(8, new Person("Grace", 1906));
    assertEquals(Bytes.utf8("Grace,1906"), entry.value());
    assertEquals(new TypedEntry<>(8, new Person("Grace", 1906)), PEOPLE.decode(entry));
    storage.bulkLoad(List.of(entry), BulkLoadOptions.defaults());
    assertEquals(new Person("Grace", 1906), PEOPLE.read(storage, 8));
    assertThrows(
        KeyFormatException.class, () -> PEOPLE.decode(new Entry(Bytes.utf8("x"), entry.value())));
    assertThrows(
        ValueFormatException.class, () -> PEOPLE.decode(new Entry(entry.key(), Bytes.utf8("x"))));
  }

  @Test
  void changesAreDecoded() {
    assertEquals(new TypedChange<>(8, null, new Person("Grace", 1906)), change(null, "Grace,1906"));
    TypedChange<Integer, Person> deletion = change("Grace,1906", null);
    assertEquals(new TypedChange<>(8, new Person("Grace", 1906), null), deletion);
    assertTrue(deletion.isDeletion());
    assertThrows(ValueFormatException.class, () -> change("Grace,1906", "x"));
    assertThrows(
        KeyFormatException.class,
        () -> PEOPLE.decode(new Change(Bytes.utf8("x"), null, Bytes.EMPTY)));
  }

  private static TypedChange<Integer, Person> change(
      @Nullable String before, @Nullable String after) {
    return PEOPLE.decode(
        new Change(
            PEOPLE.key(8),
            before == null ? null : Bytes.utf8(before),
            after == null ? null : Bytes.utf8(after)));
  }
}
