package io.petacore.internal.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.testing.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Fails if a lookup finds other subscriptions than a test of every range does. */
class RangeIndexTest {

  static java.util.stream.LongStream seeds() {
    return Seeds.fresh(50);
  }

  private static KeyRange range(Random random) {
    Bytes from = Bytes.of((byte) (1 + random.nextInt(20)));
    Bytes other = Bytes.of((byte) (1 + random.nextInt(20)));
    return switch (random.nextInt(4)) {
      case 0 -> KeyRange.atLeast(from);
      case 1 -> KeyRange.single(from);
      default ->
          from.compareTo(other) <= 0
              ? KeyRange.closedOpen(from, other)
              : KeyRange.closedOpen(other, from);
    };
  }

  private static Set<FeedSubscription> found(RangeIndex index, Bytes key) {
    List<RangeIndex.Group> groups = new ArrayList<>();
    index.find(key, groups);
    Set<FeedSubscription> members = new HashSet<>();
    for (RangeIndex.Group group : groups) {
      for (FeedSubscription member : group.members()) {
        assertTrue(members.add(member), "found twice");
      }
    }
    return members;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void findsWhatATestOfEveryRangeFinds(long seed) {
    Random random = new Random(seed);
    List<FeedSubscription> all = new ArrayList<>();
    RangeIndex index = RangeIndex.EMPTY;
    for (int step = 0; step < 200; step++) {
      RangeIndex before = index;
      Set<FeedSubscription> foundBefore = found(before, Bytes.of((byte) 5));
      if (all.isEmpty() || random.nextInt(3) > 0) {
        FeedSubscription added = FeedFixture.subscription(range(random));
        all.add(added);
        index = index.with(added);
      } else {
        index = index.without(all.remove(random.nextInt(all.size())));
      }
      assertEquals(foundBefore, found(before, Bytes.of((byte) 5)), "the old tree has changed");
      for (byte key = 0; key < 23; key++) {
        Bytes sought = Bytes.of(key);
        Set<FeedSubscription> expected = new HashSet<>(all);
        expected.removeIf(one -> !one.range().contains(sought));
        assertEquals(expected, found(index, sought), () -> sought + Seeds.replay(seed));
      }
    }
    for (FeedSubscription one : all) {
      index = index.without(one);
    }
    assertTrue(index.isEmpty());
  }

  /** With a list of ranges, this would take a million tests. */
  @Test
  void findsOneOfThousandDisjointRangesInFewSteps() {
    RangeIndex index = RangeIndex.EMPTY;
    FeedSubscription[] all = new FeedSubscription[10_000];
    for (int i = 0; i < all.length; i++) {
      all[i] = FeedFixture.subscription(KeyRange.prefix(String.format("%05d/", i)));
      index = index.with(all[i]);
    }
    int depth = index.depth();
    assertTrue(depth < 60, "depth " + depth);
    for (int i = 0; i < all.length; i++) {
      assertEquals(
          Set.copyOf(Arrays.asList(all[i])), found(index, Bytes.utf8(String.format("%05d/x", i))));
    }
  }
}
