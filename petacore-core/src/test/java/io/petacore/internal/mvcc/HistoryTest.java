package io.petacore.internal.mvcc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import java.util.List;
import org.junit.jupiter.api.Test;

class HistoryTest {
  private final History history = new History(Long.MAX_VALUE);

  private VersionChain chain(String key) {
    Version first = Version.first(Bytes.utf8(key), Bytes.EMPTY, 1, 1);
    first.chain().link(first);
    return first.chain();
  }

  private Version supersede(VersionChain chain, boolean tombstone, long timestamp, long at) {
    Version older = chain.head();
    Version newer =
        older.next(tombstone ? null : Bytes.EMPTY, timestamp, timestamp, LongChains.DEFAULT);
    chain.link(newer);
    history.superseded(MemoryUsage.ofVersion(older), newer, at);
    return newer;
  }

  @Test
  void aRevisionIsFreedAsAWhole() {
    VersionChain a = chain("a");
    VersionChain b = chain("b");
    Version newA = supersede(a, false, 5, 100);
    Version newB = supersede(b, false, 5, 100);
    history.free(99);
    assertEquals(2, history.versions());
    assertEquals(0, history.horizon());
    assertNotNull(newA.older());
    history.free(100);
    assertEquals(0, history.versions());
    assertEquals(0, history.bytes());
    assertEquals(5, history.horizon());
    assertNull(newA.older());
    assertNull(newB.older());
  }

  @Test
  void onlyChainsOfASingleTombstoneAreDead() {
    VersionChain dead = chain("dead");
    supersede(dead, true, 5, 100);
    VersionChain revived = chain("revived");
    supersede(revived, true, 5, 100);
    supersede(revived, false, 6, 200);
    VersionChain alive = chain("alive");
    supersede(alive, false, 6, 200);
    assertEquals(List.of(dead.head()), history.free(150));
    assertEquals(List.of(), history.free(200));
  }

  @Test
  void aChainIsReportedDeadOnce() {
    VersionChain chain = chain("a");
    supersede(chain, true, 5, 100);
    supersede(chain, true, 6, 100);
    assertEquals(List.of(chain.head()), history.free(100));
  }

  @Test
  void theHorizonStaysIfNothingIsFreed() {
    history.beginAt(42);
    assertEquals(List.of(), history.free(Long.MAX_VALUE / 2));
    assertEquals(42, history.horizon());
  }

  @Test
  void theLowestPinDecides() {
    VersionChain chain = chain("a");
    for (long timestamp = 2; timestamp <= 9; timestamp++) {
      supersede(chain, false, timestamp, timestamp);
    }
    history.pin(7);
    history.pin(4);
    history.free(100);
    assertEquals(4, history.horizon());
    history.unpin(4);
    history.free(100);
    assertEquals(7, history.horizon());
    history.unpin(7);
    history.free(100);
    assertEquals(9, history.horizon());
  }

  @Test
  void unpinningAnUnpinnedTimestampHasNoEffect() {
    history.unpin(5);
    supersede(chain("a"), false, 6, 1);
    history.free(1);
    assertEquals(6, history.horizon());
  }

  private static final int KEPT = 100;

  private static History boundedWithRevisions(int count) {
    History bounded = new History((long) KEPT * RevisionLog.BYTES);
    for (int revision = 1; revision <= count; revision++) {
      bounded.published(new AppliedState(revision, revision, 0, 0));
      bounded.free(-1);
    }
    return bounded;
  }

  /** Fails if the revision log grows beyond the bound. */
  @Test
  void theRevisionLogRespectsTheBound() {
    History bounded = boundedWithRevisions(10_000);
    assertEquals((long) KEPT * RevisionLog.BYTES, bounded.bytes());
    assertNull(bounded.newestAt(10_000 - KEPT - 1));
    assertEquals(
        new AppliedState(10_000 - KEPT, 10_000 - KEPT, 0, 0), bounded.newestAt(10_000 - KEPT));
    assertEquals(0, bounded.horizon(), "states can be read all the same");
  }

  /** The oldest entry is freed first, whether of the log or a version. */
  @Test
  void logAndVersionsShareTheBound() {
    History bounded = boundedWithRevisions(KEPT + 1);
    VersionChain chain = chain("a");
    Version newer = chain.head().next(Bytes.EMPTY, KEPT + 2, 1, LongChains.DEFAULT);
    bounded.superseded(RevisionLog.BYTES * 10, newer, 0);
    bounded.published(new AppliedState(KEPT + 2, KEPT + 2, 0, 0));
    bounded.free(-1);
    assertEquals(1, bounded.versions(), "older revisions are forgotten first");
    assertTrue(bounded.bytes() <= (long) KEPT * RevisionLog.BYTES);
    assertNull(bounded.newestAt(10));
    assertNotNull(bounded.newestAt(20));
  }

  /** Pinned versions may exceed the bound; the revisions after the pin stay in the log. */
  @Test
  void pinnedVersionsDoNotEvictTheWholeLog() {
    History bounded = boundedWithRevisions(KEPT / 2);
    bounded.pin(KEPT / 2);
    VersionChain chain = chain("a");
    for (int timestamp = KEPT / 2 + 1; timestamp <= KEPT; timestamp++) {
      Version newer = chain.head().next(Bytes.EMPTY, timestamp, 1, LongChains.DEFAULT);
      chain.link(newer);
      bounded.superseded(RevisionLog.BYTES * KEPT, newer, 0);
      bounded.published(new AppliedState(timestamp, timestamp, 0, 0));
      bounded.free(-1);
    }
    assertEquals(KEPT / 2, bounded.versions(), "pinned");
    assertNotNull(bounded.newestAt(KEPT / 2 + 1));
    bounded.unpin(KEPT / 2);
    bounded.free(-1);
    assertTrue(bounded.bytes() <= (long) KEPT * RevisionLog.BYTES);
  }
}
