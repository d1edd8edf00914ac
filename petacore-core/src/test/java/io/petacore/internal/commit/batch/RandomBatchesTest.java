package io.petacore.internal.commit.batch;

import static io.petacore.internal.commit.batch.PlannedStore.delete;
import static io.petacore.internal.commit.batch.PlannedStore.put;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Random transactions, planned and sent in any possible order; each batch is tried on a store. */
class RandomBatchesTest {
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
