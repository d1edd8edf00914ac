package io.petacore.internal.commit;

import static io.petacore.internal.commit.PlannedStore.delete;
import static io.petacore.internal.commit.PlannedStore.put;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.error.PetaCoreException;
import io.petacore.error.TransactionTooLargeException;
import io.petacore.store.BatchResult;
import io.petacore.store.KeyValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What leaves together, what waits, and in which form; each batch is tried on a store. */
class BatchPlannerTest {
  private static final int BYTES = 1 << 20;

  private static List<PendingCommit> members(BatchPlanner.Round round) {
    return round.plan().members();
  }

  private static PetaCoreException failureOf(BatchPlanner.Round round) {
    assertEquals(1, round.judged().size());
    PetaCoreException failure = round.judged().get(0).failure();
    assertNotNull(failure);
    return failure;
  }

  // ---- the form

  private static Write[] writes(int count, String value) {
    Write[] writes = new Write[count];
    for (int i = 0; i < count; i++) {
      writes[i] = put("k" + i, value);
    }
    return writes;
  }

  private static Write[] deletions(int count) {
    Write[] writes = new Write[count];
    for (int i = 0; i < count; i++) {
      writes[i] = delete("k" + i);
    }
    return writes;
  }

  /** Every size of one transaction is either taken by the store, or refused by the planner. */
  @ParameterizedTest
  @ValueSource(ints = {8, 9, 12, 16, 31, 128})
  void transactionsOfEverySizeFitOrAreRefused(int limit) {
    try (PlannedStore store = new PlannedStore(limit, BYTES)) {
      int largest = 0;
      for (int size = 1; size <= 4 * limit; size++) {
        PendingCommit creation = store.guarded(writes(size, "v" + size));
        BatchPlanner.Round round = store.plan(List.of(creation));
        if (round.plan().isEmpty()) {
          assertInstanceOf(TransactionTooLargeException.class, failureOf(round));
          continue;
        }
        assertEquals(size - 1, largest, "whatever is smaller fits");
        largest = size;
        if (round.plan().whole()) {
          store.sendUnderTheTurn(round.plan()); // which takes the most room
        } else {
          assertTrue(store.send(round.plan()).applied());
        }
        store.follow();
        for (int i = 0; i < size; i++) {
          assertEquals("v" + size, store.value("k" + i));
        }
        PendingCommit overwriting = store.unguarded(writes(size, "w"));
        round = store.plan(List.of(overwriting));
        assertEquals(List.of(overwriting), members(round));
        assertTrue(store.send(round.plan()).applied());
        store.follow();
        PendingCommit deletion = store.guarded(deletions(size));
        round = store.plan(List.of(deletion));
        if (round.plan().isEmpty()) {
          assertInstanceOf(
              TransactionTooLargeException.class, failureOf(round), "fences need room");
          continue;
        }
        assertTrue(store.send(round.plan()).applied());
        store.follow();
        for (int i = 0; i < size; i++) {
          assertEquals(null, store.value("k" + i));
        }
      }
      assertTrue(largest >= limit, "by nesting: " + largest);
    }
  }

  @Test
  void thousandsOfWritesFitInOneTransaction() {
    try (PlannedStore store = new PlannedStore(128, BYTES)) {
      PendingCommit large = store.guarded(writes(3_900, "v"));
      BatchPlanner.Round round = store.plan(List.of(large));
      assertTrue(round.plan().whole());
      store.sendUnderTheTurn(round.plan());
      assertEquals("v", store.value("k3899"));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 16, 128})
  void manyTransactionsFillABatchAndFlagsTellEachItsOwn(int limit) {
    try (PlannedStore store = new PlannedStore(limit, BYTES)) {
      for (int count = 1; count <= 5 * limit; count += 1 + count / 8) {
        List<PendingCommit> waiting = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          waiting.add(store.guarded(put("c" + count + "/" + i, "v")));
        }
        for (int i = 0; i < count; i += 3) {
          store.elsewhere(put("c" + count + "/" + i, "theirs"));
        }
        List<PendingCommit> fitting = members(store.plan(waiting));
        BatchPlanner.Plan plan = store.plan(waiting).plan();
        BatchLayout.Laid laid = store.lay(plan);
        List<Boolean> flags = laid.flags(plan, store.send(plan));
        assertEquals(waiting.subList(0, fitting.size()), fitting, "in the order of arrival");
        for (int i = 0; i < fitting.size(); i++) {
          String stored = store.value("c" + count + "/" + i);
          assertEquals(i % 3 == 0 ? "theirs" : "v", stored);
          assertEquals(i % 3 != 0, flags.get(i), "flag " + i + " of " + fitting.size());
        }
        store.follow();
        if (count <= limit / 4) {
          assertEquals(count, fitting.size());
        }
      }
    }
  }

  @Test
  void aBatchStaysWithinTheBytesOfARequest() {
    try (PlannedStore store = new PlannedStore(128, 64 * 1024)) {
      String value = "v".repeat(1000);
      List<PendingCommit> waiting = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        waiting.add(store.guarded(put("k" + i, value)));
      }
      int sent = 0;
      while (!waiting.isEmpty()) {
        BatchPlanner.Round round = store.plan(waiting);
        assertTrue(store.send(round.plan()).applied());
        waiting.removeAll(members(round));
        sent++;
        store.follow();
      }
      assertTrue(sent < 500 / 40, "they are filled: " + sent);
    }
  }

  @Test
  void whatNoRequestCarriesIsRefusedNamingBothNumbers() {
    try (PlannedStore store = new PlannedStore(8, 32 * 1024)) {
      BatchPlanner.Round wide = store.plan(List.of(store.guarded(writes(200, "v"))));
      String message = String.valueOf(failureOf(wide).getMessage());
      assertTrue(message.contains("200") && message.contains("8"), message);
      BatchPlanner.Round big = store.plan(List.of(store.guarded(put("a", "v".repeat(33_000)))));
      message = String.valueOf(failureOf(big).getMessage());
      assertInstanceOf(TransactionTooLargeException.class, failureOf(big));
      assertTrue(message.contains("32768"), message);
    }
  }

  // ---- what goes together

  @Test
  void readCommittedWritesOfOneKeyBecomeTheLast() {
    try (PlannedStore store = new PlannedStore(128, BYTES)) {
      List<PendingCommit> waiting =
          List.of(
              store.unguarded(put("a", "1"), put("b", "1")),
              store.unguarded(delete("a")),
              store.unguarded(put("a", "3"), put("c", "3")),
              store.unguarded(delete("c")));
      BatchPlanner.Round round = store.plan(waiting);
      assertEquals(waiting, members(round));
      assertEquals(3, round.plan().unguarded().size());
      store.send(round.plan());
      assertEquals("3", store.value("a"));
      assertEquals("1", store.value("b"));
      assertEquals(null, store.value("c"));
    }
  }

  @Test
  void nobodyWithGuardsSharesAKeyWithAnybody() {
    try (PlannedStore store = new PlannedStore(128, BYTES)) {
      PendingCommit first = store.guarded(put("a", "1"));
      PendingCommit second = store.guarded(put("a", "2"), put("b", "2"));
      PendingCommit third = store.unguarded(put("a", "3"));
      PendingCommit fourth = store.unguarded(put("c", "4"));
      PendingCommit fifth = store.guarded(put("c", "5"));
      PendingCommit sixth = store.guarded(put("b", "6"));
      PendingCommit seventh = store.unguarded(delete("a")); // a server takes it beside the put
      List<PendingCommit> all = List.of(first, second, third, fourth, fifth, sixth, seventh);
      assertEquals(List.of(first, fourth, sixth), members(store.plan(all)), "reserving nothing");
    }
  }

  @Test
  void aDeletionOfAnAbsentKeyIsAClaimOfIt() {
    try (PlannedStore store = new PlannedStore(128, BYTES)) {
      PendingCommit first = store.guarded(put("a", "1"), delete("gone"));
      PendingCommit second = store.guarded(put("gone", "2"));
      BatchPlanner.Round round = store.plan(List.of(first, second));
      assertEquals(List.of(first), members(round));
      assertTrue(round.plan().keys().contains(Bytes.utf8("gone")));
    }
  }

  @Test
  void whoTouchesWhatIsInFlightWaits() {
    try (PlannedStore store = new PlannedStore(128, BYTES)) {
      store.elsewhere(put("x", "0"));
      store.follow();
      BatchPlanner.Plan flying = store.plan(List.of(store.guarded(delete("x")))).plan();
      store.footprint.add(flying.keys(), flying.bumps());
      PendingCommit same = store.unguarded(put("x", "1"));
      PendingCommit creation = creationBesides(store, "x");
      PendingCommit free = store.unguarded(put("free", "1"));
      assertEquals(List.of(free), members(store.plan(List.of(same, creation, free))));
      store.footprint.remove(flying.keys(), flying.bumps());
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
  void whatWasCheckedLongAgoIsCheckedAgain() {
    try (PlannedStore store = new PlannedStore(128, BYTES)) {
      PendingCommit commit = store.guarded(put("a", "1"));
      assertEquals(List.of(commit), members(store.plan(List.of(commit))));
      store.elsewhere(put("a", "theirs"));
      store.follow();
      BatchPlanner.Round round = store.plan(List.of(commit));
      assertTrue(round.plan().isEmpty());
      assertInstanceOf(CommitOutcome.Conflict.class, round.judged().get(0).outcome());
    }
  }

  @Test
  void aLargeTransactionGoesAloneAndNobodyYoungerBeforeIt() {
    try (PlannedStore store = new PlannedStore(16, BYTES)) {
      PendingCommit older = store.guarded(put("older", "1"));
      PendingCommit large = store.guarded(writes(30, "v"));
      PendingCommit younger = store.guarded(put("younger", "1"));
      assertEquals(List.of(older), members(store.plan(List.of(older, large, younger))));
      Set<Bytes> flying = Set.of(Bytes.utf8("older"));
      store.footprint.add(flying, Set.of());
      assertTrue(store.plan(List.of(large, younger)).plan().isEmpty());
      store.footprint.remove(flying, Set.of());
      BatchPlanner.Round round = store.plan(List.of(large, younger));
      assertEquals(List.of(large), members(round));
      assertTrue(round.plan().whole());
    }
  }

  @Test
  void whoWasRefusedInCompanyTravelsInLess() {
    try (PlannedStore store = new PlannedStore(128, BYTES)) {
      List<PendingCommit> waiting = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        PendingCommit commit = store.guarded(put("k" + i, "v"));
        commit.limitCompany(i < 4 ? 3 : 1);
        waiting.add(commit);
      }
      assertEquals(waiting.subList(0, 3), members(store.plan(waiting)));
      assertEquals(waiting.subList(3, 4), members(store.plan(waiting.subList(3, 8))));
      assertEquals(waiting.subList(4, 5), members(store.plan(waiting.subList(4, 8))));
    }
  }

  @Test
  void nobodyStarvesBehindKeysThatAreAlwaysInFlight() {
    try (PlannedStore store = new PlannedStore(128, BYTES)) {
      PendingCommit patient = store.unguarded(put("hot", "p"), put("other", "p"));
      Set<Bytes> hot = Set.of(Bytes.utf8("hot"));
      Set<Bytes> other = Set.of(Bytes.utf8("other"));
      // One of its keys is in flight at any time, because of those who came later.
      int rounds = 0;
      boolean hotFlies = true;
      store.footprint.add(hot, Set.of());
      while (true) {
        PendingCommit rival = store.unguarded(put(hotFlies ? "other" : "hot", "r"));
        List<PendingCommit> going = members(store.plan(List.of(patient, rival)));
        if (going.contains(patient)) {
          break;
        }
        assertTrue(++rounds < 100, "it starves");
        Set<Bytes> next = hotFlies ? other : hot;
        if (going.contains(rival)) {
          store.footprint.add(next, Set.of());
        }
        store.footprint.remove(hotFlies ? hot : other, Set.of());
        hotFlies = !hotFlies;
      }
      assertTrue(rounds > 5, "others may pass it for a while: " + rounds);
    }
  }

  // ---- random transactions

  static Stream<Arguments> runs() {
    Random seeds = new Random();
    List<Arguments> runs = new ArrayList<>();
    for (int limit : new int[] {8, 16, 128}) {
      runs.add(Arguments.of(limit, 1L));
      runs.add(Arguments.of(limit, 2L));
      runs.add(Arguments.of(limit, seeds.nextLong()));
    }
    return runs.stream();
  }

  @ParameterizedTest(name = "limit {0}, seed {1}")
  @MethodSource("runs")
  void everyBatchIsTakenAndNobodyOverwritesWhatHeDidNotSee(int limit, long seed) {
    try (PlannedStore store = new PlannedStore(limit, 8 * 1024)) {
      new RandomRun(store, new Random(seed)).run();
    }
  }

  /** Transactions arrive, leave, and come back, in any order that can be. */
  private static final class RandomRun {
    private static final int TRANSACTIONS = 300;
    private static final int KEYS = 24;

    private record Flying(BatchPlanner.Plan plan, BatchLayout.Laid laid, BatchResult result) {}

    private final PlannedStore store;
    private final Random random;
    private final Map<Long, PendingCommit> waiting = new TreeMap<>();
    private final List<Flying> flying = new ArrayList<>();
    private final Map<PendingCommit, String> outcomes = new HashMap<>();
    private int arrived;

    RandomRun(PlannedStore store, Random random) {
      this.store = store;
      this.random = random;
    }

    void run() {
      int steps = 0;
      while (arrived < TRANSACTIONS || !waiting.isEmpty() || !flying.isEmpty()) {
        assertTrue(++steps < 100_000, "it does not come to an end");
        switch (random.nextInt(5)) {
          case 0, 1 -> arrive();
          case 2 -> send();
          case 3 -> comeBack();
          default -> {
            if (arrived < TRANSACTIONS && random.nextInt(3) == 0) {
              store.elsewhere(write("elsewhere" + steps));
            }
          }
        }
      }
      assertEquals(TRANSACTIONS, outcomes.size(), "everybody was told");
      assertTrue(outcomes.containsValue("committed"));
      assertTrue(outcomes.containsValue("conflict"));
    }

    private Write write(String value) {
      String key = "k" + random.nextInt(KEYS);
      return random.nextInt(3) == 0 ? delete(key) : put(key, value);
    }

    private void arrive() {
      if (arrived == TRANSACTIONS) {
        return;
      }
      Map<Bytes, Write> writes = new TreeMap<>();
      int count = random.nextInt(10) == 0 ? 1 + random.nextInt(KEYS) : 1 + random.nextInt(3);
      for (int i = 0; i < count; i++) {
        Write write = write("t" + arrived);
        writes.put(write.key(), write);
      }
      Collection<Write> all = List.copyOf(writes.values());
      PendingCommit commit =
          random.nextInt(3) == 0
              ? store.pending(CommitRequest.UNGUARDED, all)
              : store.pending(store.cache.applied().timestamp(), all);
      arrived++;
      waiting.put(commit.arrival(), commit);
    }

    private void send() {
      if (flying.size() == 3) {
        return;
      }
      BatchPlanner.Round round = store.plan(waiting.values());
      for (BatchPlanner.Judged judged : round.judged()) {
        waiting.remove(judged.commit().arrival());
        CommitOutcome outcome = judged.outcome();
        if (outcome instanceof CommitOutcome.Conflict conflict) {
          outcomes.put(judged.commit(), "conflict");
          assertChanged(conflict.key(), judged.commit());
        } else {
          outcomes.put(judged.commit(), outcome == null ? "failed" : "nothing to do");
        }
      }
      BatchPlanner.Plan plan = round.plan();
      if (plan.isEmpty()) {
        return;
      }
      assertDisjoint(plan);
      if (plan.whole() && store.cache.applied().revision() < store.newest()) {
        return; // its one guard would fail
      }
      plan.members().forEach(member -> waiting.remove(member.arrival()));
      store.footprint.add(plan.keys(), plan.bumps());
      flying.add(new Flying(plan, store.lay(plan), store.send(plan)));
      assertMerged(flying.get(flying.size() - 1));
    }

    /** The oldest request that is in flight comes back, and what was done elsewhere with it. */
    private void comeBack() {
      store.follow();
      if (flying.isEmpty()) {
        return;
      }
      Flying back = flying.remove(0);
      store.footprint.remove(back.plan().keys(), back.plan().bumps());
      assertTrue(back.result().applied());
      List<Boolean> flags = back.laid().flags(back.plan(), back.result());
      for (int i = 0; i < flags.size(); i++) {
        PendingCommit member = back.plan().members().get(i);
        CommitCheck.Result.Clear clear = member.clear();
        assertNotNull(clear);
        boolean alone = back.plan().whole() || !member.request().isGuarded();
        boolean wrote = wrote(clear, back.result().revision());
        if (alone) {
          assertTrue(flags.get(i));
        } else {
          assertEquals(wrote, flags.get(i), "the flag is that of its own group");
        }
        if (flags.get(i)) {
          outcomes.put(member, "committed");
          assertNothingMissed(member, back.result().revision());
        } else {
          waiting.put(member.arrival(), member);
        }
      }
    }

    /** What it wrote shows at a revision: all of it, or nothing. */
    private boolean wrote(CommitCheck.Result.Clear clear, long revision) {
      Set<Boolean> found = new HashSet<>();
      for (Write write : clear.writes()) {
        List<Long> changed = store.changes.getOrDefault(write.key(), List.of());
        found.add(changed.contains(revision));
      }
      return found.equals(Set.of(true));
    }

    private void assertDisjoint(BatchPlanner.Plan plan) {
      Set<Bytes> guarded = new HashSet<>();
      Set<Bytes> unguarded = new HashSet<>();
      for (PendingCommit member : plan.members()) {
        for (Write write : member.request().writes()) {
          if (member.request().isGuarded()) {
            assertTrue(guarded.add(write.key()), "two claim " + write.key());
          } else {
            unguarded.add(write.key());
          }
        }
      }
      unguarded.retainAll(guarded);
      assertEquals(Set.of(), unguarded);
      for (Flying other : flying) {
        for (Bytes key : other.plan().keys()) {
          assertFalse(plan.keys().contains(key), "in flight: " + key);
        }
      }
    }

    /** Of several writes without guards the last one, by arrival, is there. */
    private void assertMerged(Flying sent) {
      Map<Bytes, Write> last = new TreeMap<>();
      long arrival = 0;
      for (PendingCommit member : sent.plan().members()) {
        assertTrue(member.arrival() > arrival, "the order of arrival");
        arrival = member.arrival();
        if (!member.request().isGuarded()) {
          member.request().writes().forEach(write -> last.put(write.key(), write));
        }
      }
      for (Write write : last.values()) {
        KeyValue stored = store.stored(write.key());
        assertEquals(write.value(), stored == null ? null : stored.value());
      }
    }

    /** First committer wins: nobody changed its keys between its snapshot and its commit. */
    private void assertNothingMissed(PendingCommit member, long revision) {
      if (!member.request().isGuarded()) {
        return;
      }
      for (Write write : member.request().writes()) {
        for (long changed : store.changes.getOrDefault(write.key(), List.of())) {
          assertFalse(
              changed > member.request().snapshot() && changed < revision,
              () -> write.key() + " was changed at " + changed + " behind its back");
        }
      }
    }

    /** A conflict is one: somebody did change the key after the snapshot. */
    private void assertChanged(@Nullable Bytes key, PendingCommit commit) {
      assertNotNull(key);
      List<Long> changed = store.changes.getOrDefault(key, List.of());
      assertTrue(changed.stream().anyMatch(r -> r > commit.request().snapshot()));
    }
  }
}
