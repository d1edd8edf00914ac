package io.petacore.internal.sync;

import static io.petacore.internal.sync.Node.delete;
import static io.petacore.internal.sync.Node.put;
import static io.petacore.internal.sync.Node.record;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.clock.HybridLogicalClock;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.store.Operation;
import io.petacore.store.ScriptedKvStore;
import io.petacore.store.ScriptedWatch;
import io.petacore.store.StoreException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Reads past states on several nodes while they replicate, lag, resync and are replaced, with the
 * maximum clock offsets and commit delays. Every state that a node returns must equal the recorded
 * history of commits.
 */
class TimeTravelTest {
  private static final int RUNS = 200;
  private static final int STEPS = 400;
  private static final int WRITERS = 3;
  private static final long MAX_OFFSET = Node.MAX_OFFSET.toNanos();
  private static final long COMMIT_TIMEOUT = Node.AGREEMENT_MARGIN.toNanos() - MAX_OFFSET;
  private static final long LONGEST_STEP = 1_500;

  private long answers;
  private long toldAfterResync;

  @Test
  void pastStatesAreTheSameOnEveryNode() {
    for (int i = 0; i < RUNS; i++) {
      long seed = System.nanoTime();
      try {
        new Run(new Random(seed)).run();
      } catch (RuntimeException | AssertionError failure) {
        throw new AssertionError("seed " + seed, failure);
      }
    }
    assertTrue(answers > RUNS * STEPS, "answers: " + answers);
    assertTrue(toldAfterResync > RUNS * STEPS / 10, "answers after a resync: " + toldAfterResync);
  }

  /** The state of the keys at a revision. */
  private record Recorded(long revision, Map<String, String> contents) {}

  /** A commit in flight: its timestamp is that of the sending, its revision that of the arrival. */
  private record Sent(long timestamp, long latest) {}

  /** A node with its current watch. */
  private final class Follower {
    private final Node node;
    private final long skew;
    private ScriptedWatch watch;
    private long resyncedAt = Long.MAX_VALUE;

    Follower(ScriptedKvStore store, long skew, long now) {
      node = new Node(store);
      this.skew = skew;
      readPast(now);
      watch = node.follow();
    }

    void readPast(long now) {
      node.wall.set(now + skew);
    }

    void lose(ScriptedKvStore store, Kind kind) {
      int before = store.watches().size();
      watch.end(kind);
      while (store.watches().size() == before) {
        node.pause();
      }
      watch = store.watch().open();
    }

    /** Reads a past state; it must equal the recorded one. */
    void ask(long moment, NavigableMap<Long, Recorded> history) {
      AppliedState state;
      try {
        state = node.cache.exactlyAt(moment);
      } catch (TransactionTooOldException refused) {
        return;
      }
      Recorded right = Objects.requireNonNull(history.floorEntry(moment)).getValue();
      assertEquals(right.revision(), state.revision(), () -> "at " + moment);
      assertEquals(right.contents(), node.contents(moment));
      answers++;
      if (moment > resyncedAt) {
        toldAfterResync++;
      }
    }
  }

  /** One random history. */
  private final class Run {
    private final Random random;
    private final ScriptedKvStore store = new ScriptedKvStore();
    private final List<HybridLogicalClock> clocks = new ArrayList<>();
    private final List<Sent> underWay = new ArrayList<>();
    private final List<Follower> nodes = new ArrayList<>();
    private final TreeMap<Long, Recorded> history = new TreeMap<>();
    private final TreeMap<String, String> contents = new TreeMap<>();
    private long now = 1_000_000;

    Run(Random random) {
      this.random = random;
      for (int i = 0; i < WRITERS; i++) {
        long skew = random.nextLong(MAX_OFFSET);
        clocks.add(new HybridLogicalClock(() -> now + skew, Node.MAX_OFFSET));
      }
      history.put(1L, new Recorded(store.newest(), Map.of()));
      for (int i = 0; i < 3; i++) {
        nodes.add(another());
      }
    }

    private Follower another() {
      return new Follower(store, random.nextLong(MAX_OFFSET), now);
    }

    void run() {
      for (int step = 0; step < STEPS; step++) {
        now += random.nextLong(LONGEST_STEP);
        nodes.forEach(node -> node.readPast(now));
        write();
        disturb();
        for (Follower node : nodes) {
          if (random.nextInt(3) > 0) {
            node.watch.deliver(1 + random.nextInt(4));
          }
          node.ask(moment(), history);
          node.ask(moment(), history);
        }
      }
    }

    /** A timestamp near a revision, preferably a recent one. */
    private long moment() {
      List<Long> known = List.copyOf(history.keySet());
      int back = random.nextInt(1 + random.nextInt(Math.min(60, known.size())));
      return known.get(known.size() - 1 - back) - 1 + random.nextInt(3);
    }

    private void write() {
      HybridLogicalClock clock = clocks.get(random.nextInt(WRITERS));
      if (random.nextInt(2) == 0) {
        underWay.add(new Sent(clock.now(), now + random.nextLong(COMMIT_TIMEOUT)));
      }
      for (Sent sent : List.copyOf(underWay)) {
        if (sent.latest() <= now + LONGEST_STEP || random.nextInt(8) == 0) {
          underWay.remove(sent);
          commit(sent.timestamp());
          clock.receive(sent.timestamp());
        }
      }
      if (random.nextInt(10) == 0) {
        commit(0); // a foreign writer
      }
    }

    private void commit(long timestamp) {
      String key = "key" + random.nextInt(4);
      boolean deletes = contents.containsKey(key) && random.nextInt(3) == 0;
      Operation change = deletes ? delete(key) : put(key, "" + store.newest());
      if (deletes) {
        contents.remove(key);
      } else {
        contents.put(key, "" + store.newest());
      }
      long revision =
          timestamp == 0 ? store.change(change) : store.change(record(timestamp), change);
      history.put(
          Math.max(timestamp, history.lastKey() + 1),
          new Recorded(revision, new TreeMap<>(contents)));
    }

    /** The first node is not disturbed: it applies every revision. */
    private void disturb() {
      int which = 1 + random.nextInt(nodes.size() - 1);
      Follower node = nodes.get(which);
      switch (random.nextInt(40)) {
        case 0 -> {
          store.compact(store.newest());
          node.lose(store, Kind.COMPACTED);
          node.resyncedAt = history.lastKey();
        }
        case 1 -> node.lose(store, Kind.UNAVAILABLE);
        case 2 -> nodes.set(which, another());
        default -> {
          // undisturbed
        }
      }
    }
  }
}
