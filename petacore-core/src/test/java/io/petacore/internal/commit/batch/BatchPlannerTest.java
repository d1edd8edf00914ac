package io.petacore.internal.commit.batch;

import static io.petacore.internal.commit.batch.PlannedStore.delete;
import static io.petacore.internal.commit.batch.PlannedStore.members;
import static io.petacore.internal.commit.batch.PlannedStore.put;
import static io.petacore.internal.commit.batch.PlannedStore.writes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which transactions are sent together; each batch is tried on a store. */
class BatchPlannerTest {
  private static final int BYTES = 1 << 20;

  @Test
  void readCommittedWritesOfOneKeyBecomeTheLast() {
    try (PlannedStore store = new PlannedStore(128, BYTES)) {
      List<PendingCommit> pending =
          List.of(
              store.unguarded(put("a", "1"), put("b", "1")),
              store.unguarded(delete("a")),
              store.unguarded(put("a", "3"), put("c", "3")),
              store.unguarded(delete("c")));
      BatchPlanner.Round round = store.plan(pending);
      assertEquals(pending, members(round));
      assertEquals(3, round.plan().unguarded().size());
      store.send(round.plan());
      assertEquals("3", store.value("a"));
      assertEquals("1", store.value("b"));
      assertEquals(null, store.value("c"));
    }
  }

  @Test
  void aGuardedTransactionSharesNoKeyWithAnother() {
    try (PlannedStore store = new PlannedStore(128, BYTES)) {
      PendingCommit first = store.guarded(put("a", "1"));
      PendingCommit second = store.guarded(put("a", "2"), put("b", "2"));
      PendingCommit third = store.unguarded(put("a", "3"));
      PendingCommit fourth = store.unguarded(put("c", "4"));
      PendingCommit fifth = store.guarded(put("c", "5"));
      PendingCommit sixth = store.guarded(put("b", "6"));
      PendingCommit seventh = store.unguarded(delete("a")); // a server accepts it beside the put
      List<PendingCommit> all = List.of(first, second, third, fourth, fifth, sixth, seventh);
      assertEquals(List.of(first, fourth, sixth), members(store.plan(all)), "reserving nothing");
    }
  }

  @Test
  void aDeleteOfAnAbsentKeyGuardsThatKey() {
    try (PlannedStore store = new PlannedStore(128, BYTES)) {
      PendingCommit first = store.guarded(put("a", "1"), delete("gone"));
      PendingCommit second = store.guarded(put("gone", "2"));
      BatchPlanner.Round round = store.plan(List.of(first, second));
      assertEquals(List.of(first), members(round));
      assertTrue(round.plan().keys().contains(Bytes.utf8("gone")));
    }
  }

  @Test
  void aTransactionThatTouchesKeysInFlightWaits() {
    try (PlannedStore store = new PlannedStore(128, BYTES)) {
      store.elsewhere(put("x", "0"));
      store.follow();
      BatchPlanner.Plan sent = store.plan(List.of(store.guarded(delete("x")))).plan();
      store.inFlight.add(sent.keys(), sent.deleteFences());
      PendingCommit same = store.unguarded(put("x", "1"));
      PendingCommit creation = creationBesides(store, "x");
      PendingCommit free = store.unguarded(put("free", "1"));
      assertEquals(List.of(free), members(store.plan(List.of(same, creation, free))));
      store.inFlight.remove(sent.keys(), sent.deleteFences());
      assertEquals(
          List.of(same, creation, free), members(store.plan(List.of(same, creation, free))));
    }
  }

  /** The creation of a key in the same bucket as another. */
  private static PendingCommit creationBesides(PlannedStore store, String key) {
    Bytes fence = store.fences.fenceOf(Bytes.utf8(key));
    for (int i = 0; ; i++) {
      if (store.fences.fenceOf(Bytes.utf8("n" + i)).equals(fence)) {
        return store.guarded(put("n" + i, "1"));
      }
    }
  }

  @Test
  void anOutdatedCheckIsMadeAgain() {
    try (PlannedStore store = new PlannedStore(128, BYTES)) {
      PendingCommit commit = store.guarded(put("a", "1"));
      assertEquals(List.of(commit), members(store.plan(List.of(commit))));
      store.elsewhere(put("a", "theirs"));
      store.follow();
      BatchPlanner.Round round = store.plan(List.of(commit));
      assertTrue(round.plan().isEmpty());
      assertInstanceOf(CommitOutcome.Conflict.class, round.decided().get(0).outcome());
    }
  }

  @Test
  void aLargeTransactionIsSentAloneAndBeforeYoungerOnes() {
    try (PlannedStore store = new PlannedStore(16, BYTES)) {
      PendingCommit older = store.guarded(put("older", "1"));
      PendingCommit large = store.guarded(writes(30, "v"));
      PendingCommit younger = store.guarded(put("younger", "1"));
      assertEquals(List.of(older), members(store.plan(List.of(older, large, younger))));
      Set<Bytes> sent = Set.of(Bytes.utf8("older"));
      store.inFlight.add(sent, Set.of());
      assertTrue(store.plan(List.of(large, younger)).plan().isEmpty());
      store.inFlight.remove(sent, Set.of());
      BatchPlanner.Round round = store.plan(List.of(large, younger));
      assertEquals(List.of(large), members(round));
      assertTrue(round.plan().large());
    }
  }

  @Test
  void membersOfARejectedBatchAreSentInSmallerOnes() {
    try (PlannedStore store = new PlannedStore(128, BYTES)) {
      List<PendingCommit> pending = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        PendingCommit commit = store.guarded(put("k" + i, "v"));
        commit.limitBatchSize(i < 4 ? 3 : 1);
        pending.add(commit);
      }
      assertEquals(pending.subList(0, 3), members(store.plan(pending)));
      assertEquals(pending.subList(3, 4), members(store.plan(pending.subList(3, 8))));
      assertEquals(pending.subList(4, 5), members(store.plan(pending.subList(4, 8))));
    }
  }

  @Test
  void aTransactionDoesNotStarveBehindKeysThatAreAlwaysInFlight() {
    try (PlannedStore store = new PlannedStore(128, BYTES)) {
      PendingCommit patient = store.unguarded(put("hot", "p"), put("other", "p"));
      Set<Bytes> hot = Set.of(Bytes.utf8("hot"));
      Set<Bytes> other = Set.of(Bytes.utf8("other"));
      // One of its keys is in flight at any time, because of younger transactions.
      int rounds = 0;
      boolean hotInFlight = true;
      store.inFlight.add(hot, Set.of());
      while (true) {
        PendingCommit rival = store.unguarded(put(hotInFlight ? "other" : "hot", "r"));
        List<PendingCommit> going = members(store.plan(List.of(patient, rival)));
        if (going.contains(patient)) {
          break;
        }
        assertTrue(++rounds < 100, "it starves");
        Set<Bytes> next = hotInFlight ? other : hot;
        if (going.contains(rival)) {
          store.inFlight.add(next, Set.of());
        }
        store.inFlight.remove(hotInFlight ? hot : other, Set.of());
        hotInFlight = !hotInFlight;
      }
      assertTrue(rounds > 5, "others may be sent before it for a while: " + rounds);
    }
  }
}
