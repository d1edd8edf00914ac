package io.petacore.internal.mvcc;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IndexedVersionTest {

  /** A version chain and its model, the versions that are kept. */
  private static final class Chain {
    final LongChains longChains;
    final TreeMap<Long, Version> kept = new TreeMap<>();
    final Deque<Version> oldestFirst = new ArrayDeque<>();
    Version head = Version.first(Bytes.utf8("key"), Bytes.EMPTY, 1, 1);
    long timestamp = 1;

    Chain(int threshold) {
      longChains = new LongChains(threshold);
      head.chain().link(head);
      added();
    }

    private void added() {
      kept.put(head.timestamp(), head);
      oldestFirst.add(head);
    }

    void link(long byMore) {
      timestamp += byMore;
      head = head.next(Bytes.EMPTY, timestamp, timestamp, longChains);
      head.chain().link(head);
      added();
    }

    /** Links another version with the timestamp of the newest one. */
    void replace() {
      kept.remove(head.timestamp());
      oldestFirst.removeLast();
      head = head.next(Bytes.EMPTY, timestamp, timestamp, longChains);
      head.chain().link(head);
      added();
    }

    void freeOldest() {
      kept.remove(oldestFirst.remove().timestamp());
      oldestFirst.getFirst().cutOlder();
    }

    @Nullable Version find(long limit) {
      return head.visibleAt(limit);
    }

    /** The number of steps from the newest version to the one that is visible at a timestamp. */
    int steps(long limit) {
      int steps = 0;
      for (Version v = head; v != null && v.timestamp() > limit; v = v.stepTowards(limit)) {
        steps++;
      }
      return steps;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 32})
  void everyKeptVersionIsFound(int threshold) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Chain chain = new Chain(threshold);
    int size = 50;
    for (int step = 0; step < 50_000; step++) {
      if (step % 1_000 == 0) {
        size = 1 + random.nextInt(400);
      }
      if (chain.oldestFirst.size() > 1 && random.nextInt(size) < chain.oldestFirst.size() - 1) {
        chain.freeOldest();
      } else if (random.nextInt(20) == 0) {
        chain.replace();
      } else {
        chain.link(1 + random.nextInt(9));
      }
      long oldest = chain.kept.firstKey();
      long limit = oldest + (long) (random.nextDouble() * (chain.timestamp + 3 - oldest));
      assertSame(chain.kept.floorEntry(limit).getValue(), chain.find(limit), () -> "seed " + seed);
      assertSame(chain.kept.get(oldest), chain.find(oldest), () -> "seed " + seed);
    }
  }

  /** Fails where the number of steps grows with the number of versions. */
  @ParameterizedTest
  @ValueSource(ints = {100, 1_000, 100_000})
  void anOldVersionIsFoundInFewSteps(int versions) {
    Chain chain = new Chain(32);
    for (int i = 1; i < versions; i++) {
      chain.link(1);
    }
    assertFewSteps(chain);
  }

  @ParameterizedTest
  @ValueSource(ints = {40, 100, 1_000, 20_000})
  void searchesStayShortWhileOldVersionsAreFreed(int versions) {
    Chain chain = new Chain(32);
    for (int i = 1; i < versions; i++) {
      chain.link(1);
    }
    for (int i = 0; i < 5 * versions; i++) {
      chain.link(1);
      chain.freeOldest();
      if (i % (1 + versions / 100) == 0) {
        assertFewSteps(chain);
      }
    }
  }

  private static void assertFewSteps(Chain chain) {
    long oldest = chain.kept.firstKey();
    for (int i = 0; i <= 20; i++) {
      long limit = oldest + i * (chain.timestamp - oldest) / 20;
      int steps = chain.steps(limit);
      // The versions from before the chain became long are visited one by one.
      assertTrue(steps <= 80, () -> steps + " steps to " + limit);
    }
  }

  @Test
  void aChainIsIndexedWhileItHasManyVersions() {
    Chain chain = new Chain(32);
    for (int i = 1; i < 32; i++) {
      chain.link(1);
      assertFalse(chain.head instanceof IndexedVersion, "few versions need no index");
    }
    for (int i = 0; i < 200; i++) {
      chain.link(1);
    }
    assertInstanceOf(IndexedVersion.class, chain.head);
    while (chain.oldestFirst.size() > 1) {
      chain.freeOldest();
    }
    for (int i = 0; i < 200; i++) {
      chain.link(1);
      chain.freeOldest();
    }
    assertFalse(chain.head instanceof IndexedVersion, "its history was freed");
  }

  @Test
  void theIndexReleasesFreedVersions() {
    Chain chain = new Chain(1);
    for (int i = 1; i < 1_000; i++) {
      chain.link(1);
    }
    VersionIndex index = assertInstanceOf(IndexedVersion.class, chain.head).index();
    while (chain.oldestFirst.size() > 10) {
      chain.freeOldest();
    }
    assertEquals(10, index.size());
    assertNull(index.floor(chain.kept.firstKey() - 1), "a freed version is reachable");
    assertNull(index.olderThanAll(), "a freed version is reachable");
  }

  /** A reader that was suspended continues from a version that was freed meanwhile. */
  @Test
  void aReaderBelowTheHorizonFindsNothing() {
    Chain chain = new Chain(1);
    for (int i = 1; i < 100; i++) {
      chain.link(1);
    }
    Version suspended = requireNonNull(chain.find(50));
    while (chain.oldestFirst.size() > 10) {
      chain.freeOldest();
    }
    assertNull(suspended.visibleAt(20));
  }
}
