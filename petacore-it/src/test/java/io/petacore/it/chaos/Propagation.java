package io.petacore.it.chaos;

import io.petacore.error.PetaCoreException;
import io.petacore.testing.Crew;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Measures how long after a commit was reported on one node each other one has applied it, to a
 * millisecond or so. A node that is cut off is waited for: its delay is that of the fault.
 */
final class Propagation {

  private static final TransactionOptions OPTIONS =
      TransactionOptions.defaults().timeout(Duration.ofSeconds(2));
  private static final long EVERY_NANOS = 100_000_000;
  private static final long LOOK_EVERY_NANOS = 1_000_000;

  private record Probe(Node from, long revision, long reportedNanos) {}

  private final Timeline timeline;
  private volatile @Nullable Probe newest;

  Propagation(Timeline timeline) {
    this.timeline = timeline;
  }

  /** Begins: one thread that commits, one for each node that sees. */
  void start(Crew crew, List<Node> nodes, long seed) {
    Random random = new Random(seed);
    crew.repeat(() -> commit(nodes.get(random.nextInt(nodes.size()))));
    for (Node node : nodes) {
      Seeing seeing = new Seeing(node);
      crew.repeat(seeing::look);
    }
  }

  private void commit(Node node) {
    try (ExplicitTransaction tx = node.storage().begin(OPTIONS)) {
      long revision = tx.write("probe", node.name()).commit().revision();
      newest = new Probe(node, revision, System.nanoTime());
    } catch (PetaCoreException e) {
      // Then there is nothing to be seen.
    }
    LockSupport.parkNanos(EVERY_NANOS);
  }

  /** A node that waits for the newest probe, then for the one that is the newest by then. */
  private final class Seeing {
    private final Node node;
    private @Nullable Probe awaited;

    Seeing(Node node) {
      this.node = node;
    }

    void look() {
      Probe probe = newest;
      if (probe != null && !probe.equals(awaited) && probe.from != node) {
        await(probe);
      }
      LockSupport.parkNanos(LOOK_EVERY_NANOS);
    }

    private void await(Probe probe) {
      awaited = probe;
      while (node.storage().revision() < probe.revision) {
        if (Thread.currentThread().isInterrupted() || isStale(probe)) {
          return;
        }
        LockSupport.parkNanos(LOOK_EVERY_NANOS);
      }
      timeline.seenElsewhere(System.nanoTime() - probe.reportedNanos);
    }

    /** A node that has left sees nothing until it has joined again, under another storage. */
    private boolean isStale(Probe probe) {
      return System.nanoTime() - probe.reportedNanos > Duration.ofSeconds(60).toNanos();
    }
  }
}
