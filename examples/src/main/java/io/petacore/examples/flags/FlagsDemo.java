package io.petacore.examples.flags;

import io.petacore.DistributedStorage;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import java.time.Duration;

/**
 * Two nodes, one of which rolls a feature out, while the other prints the changes and counts its
 * users.
 */
public final class FlagsDemo {
  private FlagsDemo() {}

  /**
   * Runs the example.
   *
   * @param args an endpoint of etcd; none for a store in memory
   */
  public static void main(String[] args) {
    try (KvStore store = args.length == 0 ? EmbeddedKvStore.inMemory() : EtcdKvStore.connect(args);
        DistributedStorage office = DistributedStorage.builder(store).namespace("app/").open();
        DistributedStorage shop = DistributedStorage.builder(store).namespace("app/").open();
        FeatureFlags admin = new FeatureFlags(office);
        FeatureFlags flags = new FeatureFlags(shop)) {
      flags.addListener(
          (flag, before, after) ->
              System.out.println("changed: " + flag + " " + before + " -> " + after));
      for (int percent : new int[] {10, 50, 100}) {
        admin.set("new-checkout", percent);
        shop.awaitRevision(office.revision(), Duration.ofSeconds(10));
        long on = 0;
        for (int user = 0; user < 10_000; user++) {
          on += flags.isOn("new-checkout", "user-" + user) ? 1 : 0;
        }
        System.out.println(on + " of 10000 users have it");
      }
      admin.delete("new-checkout");
    }
  }
}
