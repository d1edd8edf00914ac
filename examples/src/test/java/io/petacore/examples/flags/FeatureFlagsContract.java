package io.petacore.examples.flags;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.testkit.TestCluster;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What feature flags promise, on any store. */
abstract class FeatureFlagsContract {

  private static long users(FeatureFlags flags, String flag) {
    return IntStream.range(0, 10_000).filter(user -> flags.isOn(flag, "user-" + user)).count();
  }

  @Test
  void aFlagIsOnForItsPartOfTheUsersOnEveryNode(
      DistributedStorage office, DistributedStorage shop, TestCluster cluster) {
    try (FeatureFlags admin = new FeatureFlags(office);
        FeatureFlags flags = new FeatureFlags(shop)) {
      assertEquals(0, users(flags, "checkout"), "absent");
      long before = 0;
      for (int percent : List.of(0, 10, 50, 100)) {
        admin.set("checkout", percent);
        cluster.awaitQuiet();
        long now = users(flags, "checkout");
        assertTrue(Math.abs(now - percent * 100L) <= 200, () -> percent + " %");
        assertTrue(now >= before);
        before = now;
      }
      assertEquals(10_000, before);
      assertThrows(IllegalArgumentException.class, () -> admin.set("checkout", 101));
    }
  }

  @Test
  void whoHasAFeatureKeepsItWhileItIsRolledOut(DistributedStorage office, DistributedStorage shop) {
    try (FeatureFlags flags = new FeatureFlags(office)) {
      flags.set("checkout", 10);
      List<String> first =
          IntStream.range(0, 1_000)
              .mapToObj(user -> "user-" + user)
              .filter(user -> flags.isOn("checkout", user))
              .toList();
      flags.set("checkout", 20);
      assertFalse(first.isEmpty());
      assertTrue(first.stream().allMatch(user -> flags.isOn("checkout", user)));
    }
  }

  @Test
  void listenersGetEveryChange(
      DistributedStorage office, DistributedStorage shop, TestCluster cluster) {
    List<String> changes = new CopyOnWriteArrayList<>();
    try (FeatureFlags admin = new FeatureFlags(office);
        FeatureFlags flags = new FeatureFlags(shop)) {
      flags.addListener((flag, before, after) -> changes.add(flag + " " + before + " " + after));
      admin.set("checkout", 10);
      cluster.awaitQuiet();
      admin.set("checkout", 60);
      admin.set("search", 5);
      cluster.awaitQuiet();
      admin.delete("checkout");
      cluster.awaitQuiet();
      assertEquals(Map.of("search", 5), flags.all());
    }
    assertEquals(
        List.of("checkout 0 10", "checkout 10 60", "search 0 5", "checkout 60 0"),
        List.copyOf(changes));
  }

  @Test
  void aFlagInAnotherFormatIsOffAndDoesNotDelayTheOthers(
      DistributedStorage office, DistributedStorage shop, TestCluster cluster) {
    List<String> changes = new CopyOnWriteArrayList<>();
    try (FeatureFlags flags = new FeatureFlags(shop)) {
      flags.addListener((flag, before, after) -> changes.add(flag));
      office.runTransaction(tx -> tx.write("flag/broken", "yes").write("flag/checkout", "100"));
      cluster.awaitQuiet();
      assertFalse(flags.isOn("broken", "anyone"));
      assertTrue(flags.isOn("checkout", "anyone"));
      assertEquals(Map.of("checkout", 100), flags.all());
    }
    assertEquals(List.of("checkout"), List.copyOf(changes));
  }

  @Test
  void flagsAreReadWhileTheStoreIsAway(
      DistributedStorage office, DistributedStorage shop, TestCluster cluster) {
    try (FeatureFlags admin = new FeatureFlags(office);
        FeatureFlags flags = new FeatureFlags(shop)) {
      admin.set("checkout", 100);
      cluster.awaitQuiet();
      cluster.cut(shop);
      admin.set("checkout", 0);
      assertTrue(flags.isOn("checkout", "anyone"), "as it was known last");
      cluster.heal();
      cluster.awaitQuiet();
      assertFalse(flags.isOn("checkout", "anyone"));
    }
  }
}
