package io.petacore.examples.catalogue;

import io.petacore.DistributedStorage;
import io.petacore.StorageBuilder;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.jackson.JsonCodec;
import io.petacore.keyspace.KeyCodec;
import io.petacore.keyspace.Keyspace;
import io.petacore.keyspace.KeyspaceIndex;
import io.petacore.keyspace.TypedEntry;
import io.petacore.transaction.BulkLoadOptions;
import io.petacore.transaction.ReadView;
import java.util.List;
import java.util.stream.Stream;

/**
 * A catalogue: cities by number, found by country and size. All reads take a view, so they work on
 * the newest state, on a snapshot and in a transaction alike.
 */
public final class CityCatalogue {

  /** An index key: cities of one country beside each other, in the order of their sizes. */
  record Size(String country, int population) {}

  /** The cities, as JSON. */
  public static final Keyspace<Integer, City> CITIES =
      Keyspace.of("city/", KeyCodec.int32(), JsonCodec.of(City.class));

  private static final KeyspaceIndex<Size, Integer, City> BY_SIZE =
      KeyspaceIndex.of(
          "bySize",
          CITIES,
          KeyCodec.tuple(
              KeyCodec.string().of(Size::country),
              KeyCodec.int32().of(Size::population),
              Size::new),
          city -> new Size(city.country(), city.population()));

  private CityCatalogue() {}

  /**
   * Adds the indexes to a storage that is to be opened.
   *
   * @param builder the storage's settings
   * @return the same settings
   */
  public static StorageBuilder configure(StorageBuilder builder) {
    return builder.index(BY_SIZE);
  }

  /**
   * Writes many cities, in transactions as large as fit. Not atomic.
   *
   * @param storage the storage
   * @param cities the cities with their numbers
   * @return the number of cities written
   */
  public static long load(DistributedStorage storage, Stream<TypedEntry<Integer, City>> cities) {
    Stream<Entry> entries = cities.map(city -> CITIES.encode(city.key(), city.value()));
    return storage.bulkLoad(entries, BulkLoadOptions.defaults());
  }

  /**
   * Returns the largest cities of a country.
   *
   * @param view a storage, a snapshot or a transaction
   * @param country the code of the country
   * @param count how many at most
   * @return the cities, the largest first
   */
  public static List<City> largest(ReadView view, String country, int count) {
    return BY_SIZE.scanDescending(view, BY_SIZE.prefix(country)).limit(count).stream()
        .map(TypedEntry::value)
        .toList();
  }

  /**
   * Returns the cities of a country from a size on.
   *
   * @param view a storage, a snapshot or a transaction
   * @param country the code of the country
   * @param population the number of inhabitants
   * @return the cities, the smallest first
   */
  public static List<City> withAtLeast(ReadView view, String country, int population) {
    KeyRange large =
        BY_SIZE.prefix(country).intersect(BY_SIZE.atLeast(new Size(country, population)));
    return BY_SIZE.scan(view, large).stream().map(TypedEntry::value).toList();
  }

  /**
   * Counts the cities of a country.
   *
   * @param view a storage, a snapshot or a transaction
   * @param country the code of the country
   * @return the number of cities
   */
  public static long count(ReadView view, String country) {
    return BY_SIZE.count(view, BY_SIZE.prefix(country));
  }

  /**
   * Merges a city into another one of the same country.
   *
   * @param storage the storage
   * @param from the number of the city that disappears
   * @param into the number of the city that grows
   * @throws IllegalArgumentException if one of them does not exist, or they are of two countries
   */
  public static void merge(DistributedStorage storage, int from, int into) {
    storage.runTransaction(
        tx -> {
          City small = CITIES.read(tx, from);
          City large = CITIES.read(tx, into);
          if (small == null || large == null || !small.country().equals(large.country())) {
            throw new IllegalArgumentException(from + " and " + into + " can't be merged");
          }
          CITIES.delete(tx, from);
          CITIES.write(
              tx,
              into,
              new City(large.name(), large.country(), large.population() + small.population()));
        });
  }
}
