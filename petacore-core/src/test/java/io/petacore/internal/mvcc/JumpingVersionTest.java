package io.petacore.internal.mvcc;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JumpingVersionTest {

  /** A chain, and beside it a model: the versions that are kept. */
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

    /** Links another version with the number of the newest. */
    void replace() {
      kept.remove(head.timestamp());
      oldestFirst.removeLast();
      head = head.next(Bytes.EMPTY, timestamp, timestamp, longChains);
      head.chain().link(head);
      added();
    }

    void freeOldest() {
      kept.remove(oldestFirst.remove().timestamp());
      oldestFirst.getFirst().forgetOlder();
    }

    @Nullable Version find(long limit) {
      return head.visibleAt(limit);
    }

    /** How many steps lead from the newest version to the one that is visible at a timestamp. */
    int steps(long limit) {
      int steps = 0;
      for (Version v = head; v != null && v.timestamp() > limit; v = v.towards(limit)) {
        steps++;
      }
      return steps;
    }

    /** How many versions are freed and held all the same, by jumps. */
    int freedAndHeld() {
      Set<Version> held = new HashSet<>();
      long oldest = oldestFirst.getFirst().timestamp();
      for (Version v : oldestFirst) {
        if (v instanceof JumpingVersion jumping) {
          Version to = jumping.jump();
          if (to != null && to.timestamp() < oldest) {
            held.add(to);
          }
        }
      }
      return held.size();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 32})
  void whatIsKeptIsFound(int threshold) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Chain chain = new Chain(threshold);
    int wanted = 50;
    for (int step = 0; step < 50_000; step++) {
      if (step % 1_000 == 0) {
        wanted = 1 + random.nextInt(400);
      }
      if (chain.oldestFirst.size() > 1 && random.nextInt(wanted) < chain.oldestFirst.size() - 1) {
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

  /** Fails where the way to an old version is as long as the history. */
  @ParameterizedTest
  @ValueSource(ints = {100, 1_000, 100_000})
  void theWayToAnOldVersionIsShort(int versions) {
    Chain chain = new Chain(32);
    for (int i = 1; i < versions; i++) {
      chain.link(1);
    }
    assertShortWays(chain, versions);
  }

  /** The same while as many are freed as are linked, for long. */
  @ParameterizedTest
  @ValueSource(ints = {40, 100, 1_000, 20_000})
  void theWayStaysShortWhileOldVersionsAreFreed(int versions) {
    Chain chain = new Chain(32);
    for (int i = 1; i < versions; i++) {
      chain.link(1);
    }
    for (int i = 0; i < 5 * versions; i++) {
      chain.link(1);
      chain.freeOldest();
      if (i % (1 + versions / 100) == 0) {
        assertShortWays(chain, versions);
        int held = chain.freedAndHeld();
        assertTrue(held <= 48, () -> held + " freed versions are held");
      }
    }
  }

  private static void assertShortWays(Chain chain, int versions) {
    // Those of before the chain was long, and at most three steps for each doubling.
    int bound = 80 + 3 * (32 - Integer.numberOfLeadingZeros(versions));
    long oldest = chain.kept.firstKey();
    for (int i = 0; i <= 20; i++) {
      long limit = oldest + i * (chain.timestamp - oldest) / 20;
      int steps = chain.steps(limit);
      assertTrue(steps <= bound, () -> steps + " steps to one of " + versions + " versions");
    }
  }

  @Test
  void aChainIsLongWhileItHasManyVersions() {
    Chain chain = new Chain(32);
    for (int i = 1; i < 32; i++) {
      chain.link(1);
      assertFalse(chain.head instanceof JumpingVersion, "few versions need no jumps");
    }
    for (int i = 0; i < 200; i++) {
      chain.link(1);
    }
    assertInstanceOf(JumpingVersion.class, chain.head);
    while (chain.oldestFirst.size() > 1) {
      chain.freeOldest();
    }
    assertEquals(0, chain.freedAndHeld());
    for (int i = 0; i < 200; i++) {
      chain.link(1);
      chain.freeOldest();
    }
    assertFalse(chain.head instanceof JumpingVersion, "its history was freed");
  }

  /** A reader who sleeps for long goes on from a version that was freed meanwhile. */
  @Test
  void aReaderOfFreedVersionsComesToAnEnd() {
    Chain chain = new Chain(1);
    for (int i = 1; i < 100; i++) {
      chain.link(1);
    }
    Version asleep = requireNonNull(chain.find(50));
    while (chain.oldestFirst.size() > 10) {
      chain.freeOldest();
    }
    assertEquals(null, asleep.visibleAt(20));
  }
}
