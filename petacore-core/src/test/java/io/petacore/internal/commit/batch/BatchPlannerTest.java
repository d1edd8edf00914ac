package io.petacore.internal.commit.batch;

import static io.petacore.internal.commit.batch.PlannedStore.delete;
import static io.petacore.internal.commit.batch.PlannedStore.put;
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

/**
 * Which transactions are sent together, and how they are nested; each batch is tried on a store.
 */
class BatchPlannerTest {
  private static final int BYTES = 1 << 20;

  private static List<PendingCommit> members(BatchPlanner.Round round) {
    return round.plan().members();
  }

  private static PetaCoreException failureOf(BatchPlanner.Round round) {
    assertEquals(1, round.decided().size());
    PetaCoreException failure = round.decided().get(0).failure();
    assertNotNull(failure);
    return failure;
  }

  // ---- the nesting

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

  /** A transaction of any size is accepted by the store, or refused by the planner. */
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
        assertEquals(size - 1, largest, "every smaller one fits");
        largest = size;
        if (round.plan().large()) {
          store.sendHoldingTheLock(round.plan()); // which needs the most operations
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
              TransactionTooLargeException.class, failureOf(round), "fences need operations");
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
      assertTrue(round.plan().large());
      store.sendHoldingTheLock(round.plan());
      assertEquals("v", store.value("k3899"));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 16, 128})
  void manyTransactionsFillABatchAndEachHasItsOwnFlag(int limit) {
    try (PlannedStore store = new PlannedStore(limit, BYTES)) {
      for (int count = 1; count <= 5 * limit; count += 1 + count / 8) {
        List<PendingCommit> pending = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          pending.add(store.guarded(put("c" + count + "/" + i, "v")));
        }
        for (int i = 0; i < count; i += 3) {
          store.elsewhere(put("c" + count + "/" + i, "theirs"));
        }
        List<PendingCommit> fitting = members(store.plan(pending));
        BatchPlanner.Plan plan = store.plan(pending).plan();
        BatchLayout.Layout layout = store.layOut(plan);
        List<Boolean> flags = layout.flags(plan, store.send(plan));
        assertEquals(pending.subList(0, fitting.size()), fitting, "in the order of arrival");
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
      List<PendingCommit> pending = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        pending.add(store.guarded(put("k" + i, value)));
      }
      int sent = 0;
      while (!pending.isEmpty()) {
        BatchPlanner.Round round = store.plan(pending);
        assertTrue(store.send(round.plan()).applied());
        pending.removeAll(members(round));
        sent++;
        store.follow();
      }
      assertTrue(sent < 500 / 40, "batches are filled: " + sent);
    }
  }

  @Test
  void aTransactionThatIsTooLargeIsRefusedWithBothNumbers() {
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

  // ---- which transactions are sent together

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
  void everyBatchIsAcceptedAndNoUnseenChangeIsOverwritten(int limit, long seed) {
    try (PlannedStore store = new PlannedStore(limit, 8 * 1024)) {
      new RandomRun(store, new Random(seed)).run();
    }
  }

  /** Transactions arrive, are sent, and return, in any possible order. */
  private static final class RandomRun {
    private static final int TRANSACTIONS = 300;
    private static final int KEYS = 24;

    private record Sent(BatchPlanner.Plan plan, BatchLayout.Layout layout, BatchResult result) {}

    private final PlannedStore store;
    private final Random random;
    private final Map<Long, PendingCommit> pending = new TreeMap<>();
    private final List<Sent> sent = new ArrayList<>();
    private final Map<PendingCommit, String> outcomes = new HashMap<>();
    private int arrived;

    RandomRun(PlannedStore store, Random random) {
      this.store = store;
      this.random = random;
    }

    void run() {
      int steps = 0;
      while (arrived < TRANSACTIONS || !pending.isEmpty() || !sent.isEmpty()) {
        assertTrue(++steps < 100_000, "no end after so many steps");
        switch (random.nextInt(5)) {
          case 0, 1 -> arrive();
          case 2 -> send();
          case 3 -> applyNext();
          default -> {
            if (arrived < TRANSACTIONS && random.nextInt(3) == 0) {
              store.elsewhere(write("elsewhere" + steps));
            }
          }
        }
      }
      assertEquals(TRANSACTIONS, outcomes.size(), "every transaction has an outcome");
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
      pending.put(commit.arrival(), commit);
    }

    private void send() {
      if (sent.size() == 3) {
        return;
      }
      BatchPlanner.Round round = store.plan(pending.values());
      for (BatchPlanner.Decision decision : round.decided()) {
        pending.remove(decision.commit().arrival());
        CommitOutcome outcome = decision.outcome();
        if (outcome instanceof CommitOutcome.Conflict conflict) {
          outcomes.put(decision.commit(), "conflict");
          assertChanged(conflict.key(), decision.commit());
        } else {
          outcomes.put(decision.commit(), outcome == null ? "failed" : "nothing to do");
        }
      }
      BatchPlanner.Plan plan = round.plan();
      if (plan.isEmpty()) {
        return;
      }
      assertDisjoint(plan);
      if (plan.large() && store.cache.applied().revision() < store.newest()) {
        return; // its one guard would fail
      }
      plan.members().forEach(member -> pending.remove(member.arrival()));
      store.inFlight.add(plan.keys(), plan.deleteFences());
      sent.add(new Sent(plan, store.layOut(plan), store.send(plan)));
      assertMerged(sent.get(sent.size() - 1));
    }

    /** Applies the oldest request in flight, and what was committed elsewhere. */
    private void applyNext() {
      store.follow();
      if (sent.isEmpty()) {
        return;
      }
      Sent applied = sent.remove(0);
      store.inFlight.remove(applied.plan().keys(), applied.plan().deleteFences());
      assertTrue(applied.result().applied());
      List<Boolean> flags = applied.layout().flags(applied.plan(), applied.result());
      for (int i = 0; i < flags.size(); i++) {
        PendingCommit member = applied.plan().members().get(i);
        CommitCheck.Result.Clear clear = member.clear();
        assertNotNull(clear);
        boolean alone = applied.plan().large() || !member.request().isGuarded();
        boolean wrote = wrote(clear, applied.result().revision());
        if (alone) {
          assertTrue(flags.get(i));
        } else {
          assertEquals(wrote, flags.get(i), "the flag is that of its own group");
        }
        if (flags.get(i)) {
          outcomes.put(member, "committed");
          assertNothingMissed(member, applied.result().revision());
        } else {
          pending.put(member.arrival(), member);
        }
      }
    }

    /** Whether its writes have a revision: all of them, or none. */
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
            assertTrue(guarded.add(write.key()), "two members write " + write.key());
          } else {
            unguarded.add(write.key());
          }
        }
      }
      unguarded.retainAll(guarded);
      assertEquals(Set.of(), unguarded);
      for (Sent other : sent) {
        for (Bytes key : other.plan().keys()) {
          assertFalse(plan.keys().contains(key), "in flight: " + key);
        }
      }
    }

    /** Of several writes without guards the last one, by arrival, is stored. */
    private void assertMerged(Sent request) {
      Map<Bytes, Write> last = new TreeMap<>();
      long arrival = 0;
      for (PendingCommit member : request.plan().members()) {
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

    /** First committer wins: its keys were not changed between its snapshot and its commit. */
    private void assertNothingMissed(PendingCommit member, long revision) {
      if (!member.request().isGuarded()) {
        return;
      }
      for (Write write : member.request().writes()) {
        for (long changed : store.changes.getOrDefault(write.key(), List.of())) {
          assertFalse(
              changed > member.request().snapshot() && changed < revision,
              () -> write.key() + " was changed at " + changed + " after its snapshot");
        }
      }
    }

    /** A reported conflict is one: the key was changed after the snapshot. */
    private void assertChanged(@Nullable Bytes key, PendingCommit commit) {
      assertNotNull(key);
      List<Long> changed = store.changes.getOrDefault(key, List.of());
      assertTrue(changed.stream().anyMatch(r -> r > commit.request().snapshot()));
    }
  }
}
