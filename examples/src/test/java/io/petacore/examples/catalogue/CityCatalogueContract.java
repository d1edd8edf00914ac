package io.petacore.examples.catalogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.petacore.DistributedStorage;
import io.petacore.StorageBuilder;
import io.petacore.keyspace.TypedEntry;
import io.petacore.testkit.NodeSettings;
import io.petacore.testkit.TestCluster;
import io.petacore.transaction.Snapshot;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What the catalogue promises, on any store. */
abstract class CityCatalogueContract {

  /** The indexes, on every node. */
  static final class Indexes implements NodeSettings {
    @Override
    public void configure(int node, StorageBuilder builder) {
      CityCatalogue.configure(builder);
    }
  }

  private static List<City> largest(List<City> cities, String country, int count) {
    return cities.stream()
        .filter(city -> city.country().equals(country))
        .sorted(Comparator.comparingInt(City::population).reversed())
        .limit(count)
        .toList();
  }

  @Test
  void everyCountryIsWhatTheFileSays(
      DistributedStorage office, DistributedStorage shop, TestCluster cluster) throws IOException {
    List<TypedEntry<Integer, City>> file = CityFile.read();
    assertEquals(5_000, file.size());
    assertEquals(5_000, CityCatalogue.load(office, file.stream()));
    cluster.awaitQuiet();

    List<City> cities = file.stream().map(TypedEntry::value).toList();
    Map<String, Long> counts = new TreeMap<>();
    cities.forEach(city -> counts.merge(city.country(), 1L, Long::sum));
    try (Snapshot snapshot = shop.snapshot()) {
      counts.forEach(
          (country, count) -> {
            assertEquals(count, CityCatalogue.count(snapshot, country), country);
            List<Integer> sizes =
                CityCatalogue.largest(snapshot, country, 20).stream()
                    .map(City::population)
                    .toList();
            assertEquals(
                largest(cities, country, 20).stream().map(City::population).toList(),
                sizes,
                country);
          });
      assertEquals(
          cities.stream()
              .filter(city -> city.country().equals("NZ") && city.population() >= 150_000)
              .count(),
          CityCatalogue.withAtLeast(snapshot, "NZ", 150_000).size());
      assertEquals(0, CityCatalogue.count(snapshot, "N"), "no prefix of a country's code");
    }
  }

  @Test
  void aMergeMovesTheCityInTheIndexAtOnce(DistributedStorage office, DistributedStorage shop) {
    CityCatalogue.load(
        office,
        List.of(
            new TypedEntry<>(1, new City("Upper Town", "XX", 600)),
            new TypedEntry<>(2, new City("Lower Town", "XX", 700)),
            new TypedEntry<>(3, new City("Harbour", "XX", 1_000)),
            new TypedEntry<>(4, new City("Abroad", "YY", 1_000)))
            .stream());
    try (Snapshot before = office.snapshot()) {
      CityCatalogue.merge(office, 1, 2);
      assertEquals(
          List.of("Lower Town", "Harbour"),
          CityCatalogue.largest(office, "XX", 9).stream().map(City::name).toList());
      assertEquals(3, CityCatalogue.count(before, "XX"));
    }
    assertThrows(IllegalArgumentException.class, () -> CityCatalogue.merge(office, 2, 4));
    assertThrows(IllegalArgumentException.class, () -> CityCatalogue.merge(office, 1, 2));
    assertEquals(1_300, CityCatalogue.largest(office, "XX", 1).get(0).population());
  }
}
