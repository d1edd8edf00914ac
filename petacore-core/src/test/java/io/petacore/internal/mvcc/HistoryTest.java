package io.petacore.internal.mvcc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

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

  private Version supersede(VersionChain chain, boolean tombstone, long number, long at) {
    Version older = chain.head();
    Version newer = older.next(tombstone ? null : Bytes.EMPTY, number, number, LongChains.DEFAULT);
    chain.link(newer);
    history.superseded(Holdings.ofVersion(older), newer, at);
    return newer;
  }

  @Test
  void ofARevisionAllIsFreedOrNothing() {
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
  void deadChainsAreThoseWithATombstoneAlone() {
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
  void aChainIsDeadOnceHoweverOftenItWasDeleted() {
    VersionChain chain = chain("a");
    supersede(chain, true, 5, 100);
    supersede(chain, true, 6, 100);
    assertEquals(List.of(chain.head()), history.free(100));
  }

  @Test
  void nothingToFreeLeavesTheHorizon() {
    history.beginAt(42);
    assertEquals(List.of(), history.free(Long.MAX_VALUE / 2));
    assertEquals(42, history.horizon());
  }

  @Test
  void thePinOfTheLowestNumberCounts() {
    VersionChain chain = chain("a");
    for (long number = 2; number <= 9; number++) {
      supersede(chain, false, number, number);
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
  void unpinningWhatIsNotPinnedChangesNothing() {
    history.unpin(5);
    supersede(chain("a"), false, 6, 1);
    history.free(1);
    assertEquals(6, history.horizon());
  }
}
