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
 * Measures the time from the acknowledgement of a commit on one node until each other node has
 * applied it, accurate to about a millisecond. It includes the time of faults.
 */
final class Propagation {

  private static final TransactionOptions OPTIONS =
      TransactionOptions.defaults().timeout(Duration.ofSeconds(2));
  private static final long COMMIT_EVERY_NANOS = 100_000_000;
  private static final long POLL_NANOS = 1_000_000;

  private record Probe(Node from, long revision, long acknowledgedNanos) {}

  private final Timeline timeline;
  private volatile @Nullable Probe newest;

  Propagation(Timeline timeline) {
    this.timeline = timeline;
  }

  /** Starts one thread that commits, and one per node that waits for commits. */
  void start(Crew crew, List<Node> nodes, long seed) {
    Random random = new Random(seed);
    crew.repeat(() -> commit(nodes.get(random.nextInt(nodes.size()))));
    for (Node node : nodes) {
      Receiver receiver = new Receiver(node);
      crew.repeat(receiver::poll);
    }
  }

  private void commit(Node node) {
    try (ExplicitTransaction tx = node.storage().begin(OPTIONS)) {
      long revision = tx.write("probe", node.name()).commit().revision();
      newest = new Probe(node, revision, System.nanoTime());
    } catch (PetaCoreException e) {
      // No probe.
    }
    LockSupport.parkNanos(COMMIT_EVERY_NANOS);
  }

  /** Waits until a node has applied the newest probe. */
  private final class Receiver {
    private final Node node;
    private @Nullable Probe awaited;

    Receiver(Node node) {
      this.node = node;
    }

    void poll() {
      Probe probe = newest;
      if (probe != null && !probe.equals(awaited) && probe.from != node) {
        await(probe);
      }
      LockSupport.parkNanos(POLL_NANOS);
    }

    private void await(Probe probe) {
      awaited = probe;
      while (node.storage().revision() < probe.revision) {
        if (Thread.currentThread().isInterrupted() || isStale(probe)) {
          return;
        }
        LockSupport.parkNanos(POLL_NANOS);
      }
      timeline.propagated(System.nanoTime() - probe.acknowledgedNanos);
    }

    /** Whether to skip a probe, because the node has left for long. */
    private boolean isStale(Probe probe) {
      return System.nanoTime() - probe.acknowledgedNanos > Duration.ofSeconds(60).toNanos();
    }
  }
}
