package io.petacore.examples.catalogue;

import io.petacore.DistributedStorage;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import java.io.IOException;

/** Loads the cities, and looks at some of them. */
public final class CatalogueDemo {
  private CatalogueDemo() {}

  /**
   * Runs the example.
   *
   * @param args endpoints of etcd; none for a store in memory
   * @throws IOException if the file of cities cannot be read
   */
  public static void main(String[] args) throws IOException {
    try (KvStore store = args.length == 0 ? EmbeddedKvStore.inMemory() : EtcdKvStore.connect(args);
        DistributedStorage storage =
            CityCatalogue.configure(DistributedStorage.builder(store).namespace("cities/"))
                .open()) {
      System.out.println(CityCatalogue.load(storage, CityFile.read().stream()) + " cities loaded");
      System.out.println(CityCatalogue.count(storage, "NZ") + " in New Zealand; the largest:");
      CityCatalogue.largest(storage, "NZ", 3).forEach(System.out::println);
    }
  }
}
