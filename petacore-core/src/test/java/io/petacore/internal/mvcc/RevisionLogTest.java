package io.petacore.internal.mvcc;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

class RevisionLogTest {
  private final RevisionLog log = new RevisionLog();

  private static AppliedState state(long revision, long timestamp, long nanoTime) {
    return new AppliedState(revision, timestamp, 0, nanoTime);
  }

  @Test
  void theStateAtATimestampIsTheNewestUpToIt() {
    log.add(state(1, 10, 0));
    log.add(state(2, 20, 0));
    assertNull(log.at(9));
    assertEquals(state(1, 10, 0), log.at(10));
    assertEquals(state(1, 10, 0), log.at(19));
    assertEquals(state(2, 20, 0), log.at(20));
    assertEquals(state(2, 20, 0), log.at(Long.MAX_VALUE));
  }

  /** Fails if the ring loses its order when it wraps around or grows afterwards. */
  @Test
  void manyStatesAreAddedAndDropped() {
    int oldest = 0;
    int newest = 0;
    for (int kept : new int[] {10, 14, 100, 20, 1_000, 3}) {
      for (int i = 0; i < 3 * kept; i++) {
        newest++;
        log.add(state(newest, 10L * newest, newest));
        oldest = Math.max(oldest, newest - kept);
        log.dropBefore(oldest + 1);
        assertNull(log.at(10L * oldest - 1));
        for (int timestamp : new int[] {Math.max(1, oldest), (oldest + newest + 1) / 2, newest}) {
          assertEquals(timestamp, requireNonNull(log.at(10L * timestamp + 9)).revision());
        }
      }
    }
  }

  @Test
  void aStateIsDroppedWhenItsSuccessorIsOld() {
    long origin = Long.MAX_VALUE - 50; // the times pass the end of the number range
    log.add(state(1, 10, origin));
    log.add(state(2, 20, origin + 100));
    log.add(state(3, 30, origin + 200));
    log.dropBefore(origin + 100);
    assertEquals(state(1, 10, origin), log.at(10), "it was the newest until that moment");
    log.dropBefore(origin + 101);
    assertNull(log.at(10));
    assertNull(log.at(19));
    assertEquals(state(2, 20, origin + 100), log.at(20));
    log.dropBefore(origin + 1_000_000);
    assertNull(log.at(29));
    assertEquals(state(3, 30, origin + 200), log.at(30), "the newest stays, however old");
  }
}
