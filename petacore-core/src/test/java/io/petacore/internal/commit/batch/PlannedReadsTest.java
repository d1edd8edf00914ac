package io.petacore.internal.commit.batch;

import static io.petacore.internal.commit.batch.PlannedStore.members;
import static io.petacore.internal.commit.batch.PlannedStore.put;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A transaction that wants what it has read unchanged is not sent beside one that changes it. */
class PlannedReadsTest {
  private static final int BYTES = 1 << 20;
  private static final List<String> NO_KEYS = List.of();
  private static final List<KeyRange> NO_RANGES = List.of();

  /** Both would pass: the guards of a batch are judged before any of it writes. */
  @Test
  void noMemberWritesWhatAnotherHasRead() {
    try (PlannedStore store = new PlannedStore(128, BYTES)) {
      PendingCommit ann = store.reading(List.of("bob"), NO_RANGES, put("ann", "no"));
      PendingCommit bob = store.reading(List.of("ann"), NO_RANGES, put("bob", "no"));
      assertEquals(List.of(ann), members(store.plan(List.of(ann, bob))));
    }
  }

  @Test
  void noMemberHasReadWhatAnotherWrites() {
    try (PlannedStore store = new PlannedStore(128, BYTES)) {
      PendingCommit writer = store.guarded(put("key", "1"));
      PendingCommit reader = store.reading(List.of("key"), NO_RANGES, put("own", "1"));
      PendingCommit other = store.reading(List.of("other"), NO_RANGES, put("third", "1"));
      assertEquals(List.of(writer, other), members(store.plan(List.of(writer, reader, other))));
    }
  }

  @Test
  void readCommittedMembersAreNoException() {
    try (PlannedStore store = new PlannedStore(128, BYTES)) {
      PendingCommit reader = store.reading(List.of("key"), NO_RANGES, put("own", "1"));
      PendingCommit blind = store.unguarded(put("key", "1"));
      assertEquals(List.of(reader), members(store.plan(List.of(reader, blind))));
      assertEquals(List.of(blind), members(store.plan(List.of(blind, reader))));
    }
  }

  @Test
  void rangesCountAsKeys() {
    try (PlannedStore store = new PlannedStore(128, BYTES)) {
      List<KeyRange> queue = List.of(KeyRange.prefix("queue/"));
      PendingCommit reader = store.reading(NO_KEYS, queue, put("own", "1"));
      PendingCommit inside = store.guarded(put("queue/7", "1"));
      PendingCommit blind = store.unguarded(put("queue/8", "1"));
      PendingCommit beside = store.guarded(put("queue0", "1"));
      assertEquals(
          List.of(reader, beside), members(store.plan(List.of(reader, inside, blind, beside))));
      assertEquals(List.of(inside, beside), members(store.plan(List.of(inside, reader, beside))));
      assertEquals(List.of(blind, beside), members(store.plan(List.of(blind, reader, beside))));
    }
  }

  @Test
  void readersOfTheSameKeysGoTogether() {
    try (PlannedStore store = new PlannedStore(128, BYTES)) {
      List<KeyRange> all = List.of(KeyRange.prefix("shared"));
      PendingCommit first = store.reading(List.of("shared"), all, put("a", "1"));
      PendingCommit second = store.reading(List.of("shared"), all, put("b", "1"));
      assertEquals(List.of(first, second), members(store.plan(List.of(first, second))));
    }
  }

  /** It would be refused if the other is applied first: it waits, and reserves nothing. */
  @Test
  void aReaderOfKeysInFlightWaits() {
    try (PlannedStore store = new PlannedStore(128, BYTES)) {
      Set<Bytes> sent = Set.of(Bytes.utf8("queue/1"));
      PendingCommit byKey = store.reading(List.of("queue/1"), NO_RANGES, put("a", "1"));
      PendingCommit byRange =
          store.reading(NO_KEYS, List.of(KeyRange.prefix("queue/")), put("b", "1"));
      store.inFlight.add(sent, Set.of());
      assertTrue(store.plan(List.of(byKey, byRange)).plan().isEmpty());
      store.inFlight.remove(sent, Set.of());
      assertEquals(List.of(byKey, byRange), members(store.plan(List.of(byKey, byRange))));
    }
  }

  /** Neither of them starves: what was passed over often keeps younger ones from its keys. */
  @Test
  void aPatientTransactionKeepsReadersAndWritersAway() {
    try (PlannedStore store = new PlannedStore(128, BYTES)) {
      Set<Bytes> sent = Set.of(Bytes.utf8("hot"));
      store.inFlight.add(sent, Set.of());
      PendingCommit patient = store.reading(List.of("read"), NO_RANGES, put("hot", "1"));
      passOverOften(store, patient);
      PendingCommit reader = store.reading(List.of("hot"), NO_RANGES, put("a", "1"));
      PendingCommit writer = store.guarded(put("read", "1"));
      PendingCommit blind = store.unguarded(put("read", "1"));
      PendingCommit same = store.reading(List.of("read"), NO_RANGES, put("b", "1"));
      store.inFlight.remove(sent, Set.of());
      store.inFlight.add(Set.of(Bytes.utf8("hot")), Set.of());
      assertEquals(
          List.of(same), members(store.plan(List.of(patient, reader, writer, blind, same))));
    }
  }

  private static void passOverOften(PlannedStore store, PendingCommit commit) {
    for (int i = 0; i < 20; i++) {
      assertTrue(store.plan(List.of(commit)).plan().isEmpty());
    }
  }

  @Test
  void whatWasReadIsCheckedAgain() {
    try (PlannedStore store = new PlannedStore(128, BYTES)) {
      PendingCommit commit =
          store.reading(NO_KEYS, List.of(KeyRange.prefix("queue/")), put("own", "1"));
      assertEquals(List.of(commit), members(store.plan(List.of(commit))));
      store.elsewhere(put("queue/1", "phantom"));
      store.follow();
      BatchPlanner.Round round = store.plan(List.of(commit));
      CommitOutcome.Conflict conflict =
          assertInstanceOf(CommitOutcome.Conflict.class, round.decided().get(0).outcome());
      assertEquals(Bytes.utf8("queue/1"), conflict.key());
    }
  }

  /**
   * What does not fit a group, or a server should not compare key by key, has the frame's guard.
   */
  @Test
  void moreThanGuardsIsSentAlone() {
    try (PlannedStore store = new PlannedStore(128, BYTES)) {
      for (int i = 0; i <= ReadSet.MAX_ENTRIES; i++) {
        store.elsewhere(put("queue/" + i, "v"));
      }
      store.follow();
      PendingCommit older = store.guarded(put("older", "1"));
      PendingCommit whole =
          store.reading(NO_KEYS, List.of(KeyRange.prefix("queue/")), put("own", "1"));
      assertEquals(List.of(older), members(store.plan(List.of(older, whole))));
      BatchPlanner.Plan plan = store.plan(List.of(whole)).plan();
      assertEquals(List.of(whole), plan.members());
      assertTrue(plan.large());
      assertTrue(store.send(plan).applied());
    }
  }

  /** Its check may take long: it is made again when nothing else is in flight, not before. */
  @Test
  void whatIsSentAloneIsNotCheckedWhileItWaits() {
    try (PlannedStore store = new PlannedStore(128, BYTES)) {
      for (int i = 0; i <= ReadSet.MAX_ENTRIES; i++) {
        store.elsewhere(put("queue/" + i, "v"));
      }
      store.follow();
      PendingCommit whole =
          store.reading(NO_KEYS, List.of(KeyRange.prefix("queue/")), put("own", "1"));
      Set<Bytes> sent = Set.of(Bytes.utf8("other"));
      store.inFlight.add(sent, Set.of());
      assertEquals(Set.of(whole), store.plan(List.of(whole)).checked().keySet(), "the first time");
      store.elsewhere(put("elsewhere", "1"));
      store.follow();
      assertEquals(Set.of(), store.plan(List.of(whole)).checked().keySet());
      store.inFlight.remove(sent, Set.of());
      BatchPlanner.Round round = store.plan(List.of(whole));
      assertEquals(Set.of(whole), round.checked().keySet());
      assertEquals(List.of(whole), members(round));
    }
  }

  /** As many guards as fit one group; one more, and it is sent alone. */
  @Test
  void theGuardsOfKeysHaveToFitOneGroup() {
    try (PlannedStore store = new PlannedStore(16, BYTES)) {
      List<String> some = List.of("a", "b", "c", "d", "e", "f");
      BatchPlanner.Plan fits =
          store.plan(List.of(store.reading(some, NO_RANGES, put("x", "1")))).plan();
      assertTrue(!fits.large());
      assertEquals(List.of(true), store.send(fits).groups());
      List<String> many = List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m");
      BatchPlanner.Plan whole =
          store.plan(List.of(store.reading(many, NO_RANGES, put("y", "1")))).plan();
      assertTrue(whole.large());
      assertEquals(1, whole.guarded().size(), "what it writes is guarded all the same");
      assertEquals(List.of(true), store.send(whole).groups());
    }
  }
}
