package io.petacore.internal.commit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.internal.commit.FaultyKvStore.Sent;
import io.petacore.internal.commit.FaultyKvStore.What;
import io.petacore.internal.format.CommitRecord;
import io.petacore.internal.format.SessionId;
import io.petacore.internal.time.ManualScheduler;
import io.petacore.store.Event;
import io.petacore.store.Operation;
import io.petacore.store.ScriptedKvStore;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two nodes count up, while requests are delayed, lost and refused, watches end, histories are
 * forgotten and sessions lost, as the seed has it. Each transaction also writes a key of its own,
 * so that the store's history tells which of them were applied, and how often.
 */
class RandomFaultsTest {
  private static final int STEPS = 1_500;
  private static final int COUNTERS = 3;
  private static final int WIDE = 40;
  private static final List<What> ANYTHING = List.of(What.values());

  static LongStream seeds() {
    return LongStream.concat(LongStream.rangeClosed(1, 25), new Random().longs(5));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whatIsReportedIsWhatHappened(long seed) {
    new Run(seed).run();
  }

  /** A transaction, and what its owner was told. */
  private record Attempt(int id, List<String> counters, CompletableFuture<CommitOutcome> told) {}

  private static final class Run {
    private final Random random;
    private final ScriptedKvStore cluster = new ScriptedKvStore();
    private final ManualScheduler scheduler = new ManualScheduler();
    private final List<PipelineNode> nodes = new ArrayList<>();
    private final List<FaultyKvStore> connections = new ArrayList<>();
    private final List<Attempt> attempts = new ArrayList<>();
    private final List<Sent> delayed = new ArrayList<>();

    Run(long seed) {
      random = new Random(seed);
    }

    void run() {
      nodes.add(open());
      nodes.add(open());
      for (int step = 0; step < STEPS; step++) {
        step();
      }
      comeToAnEnd();
      assertEquals(List.of(), scheduler.failures());
      judge();
    }

    private PipelineNode open() {
      FaultyKvStore connection = new FaultyKvStore(cluster);
      connection.limit(32, 1 << 16);
      connections.add(connection);
      return new PipelineNode(connection, scheduler, 1 + random.nextInt(3), 1_000).open();
    }

    private void step() {
      int place = random.nextInt(nodes.size());
      PipelineNode node = nodes.get(place);
      switch (random.nextInt(24)) {
        case 0, 1, 2, 3 -> increment(node, 1 + random.nextInt(2), false);
        case 4 -> incrementFromMany(node);
        case 5 -> {
          if (random.nextInt(4) == 0) {
            increment(node, 1, true);
          }
        }
        case 6, 7, 8 -> node.store.watch().deliver(1 + random.nextInt(3));
        case 9 -> node.deliver();
        case 10 -> scheduler.advance(Duration.ofMillis(random.nextInt(50)));
        case 11 -> scheduler.advance(Duration.ofMillis(random.nextInt(1_500)));
        case 12 -> node.store.hold(What.BATCH);
        case 13 -> node.store.hold(ANYTHING.get(random.nextInt(ANYTHING.size())));
        case 14 -> node.store.pass(What.values());
        case 15, 16, 17, 18, 19 -> decide(node);
        case 20 -> reachLate();
        case 21 -> {
          if (random.nextInt(6) == 0) {
            cluster.endLease(1 + random.nextInt(1 + leases()));
          }
        }
        case 22 -> breakTheWatch(node);
        default -> {
          if (random.nextInt(12) == 0) {
            var closed = node.pipeline.close(Duration.ofSeconds(1));
            assertNotNull(closed);
            node.synchronizer.close();
            nodes.set(place, open());
          }
        }
      }
    }

    private int leases() {
      return connections.stream().mapToInt(connection -> connection.count(What.GRANT)).sum();
    }

    private void increment(PipelineNode node, int counters, boolean wide) {
      PipelineNode.Draft draft =
          node.begin(Duration.ofMillis(random.nextInt(10) == 0 ? 30 : 4_000));
      Set<String> touched = new HashSet<>();
      for (int i = 0; i < counters; i++) {
        touched.add("counter" + random.nextInt(COUNTERS));
      }
      int id = attempts.size();
      for (String counter : touched) {
        String value = node.read(counter);
        draft.put(counter, String.valueOf(value == null ? 1 : Integer.parseInt(value) + 1));
      }
      draft.put("t" + id, "1");
      for (int i = 0; wide && i < WIDE; i++) {
        draft.put("wide" + i, "of" + id);
      }
      attempts.add(new Attempt(id, List.copyOf(touched), draft.commit()));
    }

    /** One after another, all on the same snapshot or without, so that they share requests. */
    private void incrementFromMany(PipelineNode node) {
      for (int i = 0; i < 6; i++) {
        if (random.nextBoolean()) {
          increment(node, 1, false);
        } else {
          int id = attempts.size();
          PipelineNode.Draft draft = node.unguarded().put("t" + id, "1");
          draft.put("last", "of" + id);
          if (random.nextInt(3) == 0) {
            draft.delete("wide" + random.nextInt(WIDE));
          }
          attempts.add(new Attempt(id, List.of(), draft.commit()));
        }
      }
    }

    /** What becomes of a request that is held. */
    private void decide(PipelineNode node) {
      if (node.store.countHeld() == 0) {
        return;
      }
      Sent sent = node.store.take(random.nextInt(node.store.countHeld()));
      switch (random.nextInt(6)) {
        case 0 -> sent.reach().lose();
        case 1 -> delayed.add(sent.lose());
        case 2 -> sent.fail(Kind.UNAVAILABLE);
        case 3 -> delayed.add(sent);
        default -> sent.answer();
      }
    }

    /** A request that somebody gave up on reaches the store after all; its answer may come, too. */
    private void reachLate() {
      if (!delayed.isEmpty()) {
        delayed.remove(random.nextInt(delayed.size())).answer();
      }
    }

    private void breakTheWatch(PipelineNode node) {
      switch (random.nextInt(6)) {
        case 0 -> {
          cluster.compact(cluster.newest());
          node.store.watch().end(Kind.COMPACTED);
        }
        case 1, 2 -> node.store.watch().end(Kind.UNAVAILABLE);
        default ->
            cluster.change(
                new Operation.Put(
                    PipelineNode.NAMESPACE.toStore(Bytes.utf8("foreign")), Bytes.EMPTY));
      }
    }

    private void comeToAnEnd() {
      for (FaultyKvStore connection : connections) {
        connection.pass(What.values());
        while (connection.countHeld() > 0) {
          connection.take(0).answer();
        }
      }
      while (!delayed.isEmpty()) {
        delayed.remove(0).answer();
      }
      for (PipelineNode node : nodes) {
        node.goOn();
      }
      for (PipelineNode node : nodes) {
        node.goOn();
        assertTrue(node.pipeline.isIdle(), "nothing is left over");
        assertEquals(1_000, node.pipeline.freePlaces());
      }
    }

    private void judge() {
      Map<String, Integer> written = new HashMap<>();
      Set<List<Object>> batches = new HashSet<>();
      for (long revision = 2; revision <= cluster.newest(); revision++) {
        for (Event event : nodes.get(0).store.watch().revision(revision).events()) {
          Bytes value = event.value();
          if (value != null && event.key().equals(PipelineNode.RECORD)) {
            CommitRecord record = Objects.requireNonNull(CommitRecord.decode(value));
            SessionId session = record.session();
            assertTrue(batches.add(List.of(session, record.batch())), "landed twice: " + record);
          } else if (value != null) {
            written.merge(
                PipelineNode.NAMESPACE.fromStore(event.key()).toString(), 1, Integer::sum);
          }
        }
      }
      Map<String, Integer> counted = new HashMap<>();
      int committed = 0;
      for (Attempt attempt : attempts) {
        String key = Bytes.utf8("t" + attempt.id()).toString();
        int applied = written.getOrDefault(key, 0);
        String told = told(attempt);
        committed += told.equals("committed") ? 1 : 0;
        boolean possible =
            switch (told) {
              case "committed" -> applied == 1;
              case "unknown" -> applied <= 1;
              default -> applied == 0;
            };
        assertTrue(possible, () -> key + " was applied " + applied + " times, and was " + told);
        for (String counter : attempt.counters()) {
          counted.merge(counter, applied, Integer::sum);
        }
      }
      for (PipelineNode node : nodes) {
        counted.forEach(
            (counter, count) -> {
              String value = node.read(counter);
              assertEquals(count, value == null ? 0 : Integer.parseInt(value), counter);
            });
      }
      assertTrue(committed > 10, "something goes through: " + committed);
    }

    private static String told(Attempt attempt) {
      assertTrue(attempt.told().isDone(), "nothing was told of " + attempt);
      try {
        return attempt.told().join() instanceof CommitOutcome.Committed ? "committed" : "refused";
      } catch (CompletionException e) {
        if (e.getCause() instanceof CommitOutcomeUnknownException) {
          return "unknown";
        }
        assertTrue(
            e.getCause() instanceof StoreUnavailableException
                || e.getCause() instanceof StorageClosedException,
            () -> "unforeseen: " + e.getCause());
        return "refused";
      }
    }
  }
}
