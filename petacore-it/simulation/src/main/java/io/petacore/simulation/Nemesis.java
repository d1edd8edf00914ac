package io.petacore.simulation;

import io.petacore.data.Bytes;
import io.petacore.store.Batch;
import io.petacore.store.Operation;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/**
 * Injects the faults that are not of a single request: of nodes, clocks, leases and the cluster.
 */
final class Nemesis {
  private static final long EVERY = 100 * Timeline.MILLISECOND;

  /** Clocks are within {@code maxClockOffset} of each other, unless they are wild. */
  private static final long TAME = 200 * Timeline.MILLISECOND;

  /** The recommendation of the documentation of etcd. */
  private static final long BUMP = 1_000_000_000;

  private static final Bytes FOREIGN = Bytes.utf8("foreign");

  private static final long WILD = 20 * Timeline.SECOND;

  private final Timeline timeline;
  private final Random random;
  private final Trace trace;
  private final Faults faults;
  private final Cluster cluster;
  private final List<Node> nodes;
  private final Operator operator;
  private final boolean wildClocks;

  /** Closes, opens and kills the processes of nodes. */
  interface Operator {
    void reopen(Node node);

    void crash(Node node, long downFor);
  }

  Nemesis(
      Timeline timeline,
      Trace trace,
      Faults faults,
      Cluster cluster,
      List<Node> nodes,
      Operator operator) {
    this.timeline = timeline;
    this.random = timeline.random();
    this.trace = trace;
    this.faults = faults;
    this.cluster = cluster;
    this.nodes = nodes;
    this.operator = operator;
    this.wildClocks = faults.include(Fault.CLOCK_JUMP) && timeline.chance(0.5);
    nodes.forEach(node -> node.setClock(within(TAME)));
  }

  /** Returns whether clocks may be further apart than {@code maxClockOffset}. */
  boolean hasWildClocks() {
    return wildClocks || faults.include(Fault.CLOCK_FAR);
  }

  private long within(long bound) {
    return (long) ((2 * random.nextDouble() - 1) * bound);
  }

  void begin() {
    timeline.after(
        timeline.about(EVERY),
        null,
        () -> {
          if (!faults.areOver()) {
            harmCluster();
            harm(nodes.get(random.nextInt(nodes.size())));
            begin();
          }
        });
  }

  private void harmCluster() {
    if (faults.strike(Fault.COMPACTION)) {
      long kept = timeline.chance(0.5) ? 0 : random.nextInt(30);
      cluster.model().compact(Math.max(1, cluster.model().newest() - kept));
    }
    if (faults.strike(Fault.LEASE_ENDED)) {
      long lease = Math.max(1, cluster.model().lastLease() - random.nextInt(3));
      cluster.serve(() -> revoke(lease));
    }
    if (faults.strike(Fault.OUTAGE)) {
      cluster.beAwayFor(timeline.about(Timeline.SECOND));
    }
    if (faults.strike(Fault.SPACE_ALARM)) {
      cluster.beFullFor(timeline.about(Timeline.SECOND));
    }
    if (faults.strike(Fault.FOREIGN_WRITE)) {
      foreign(new Operation.Put(foreignKey(), FOREIGN));
    }
    if (faults.strike(Fault.FOREIGN_DELETE)) {
      foreign(
          new Operation.Delete(timeline.chance(0.5) ? foreignKey() : key("s", Programs.SWITCHES)));
    }
    if (faults.strike(Fault.FOREIGN_LEASE)) {
      Duration time = Duration.ofNanos(timeline.about(3 * EVERY));
      long lease = cluster.serve(() -> cluster.model().grant(time));
      foreign(new Operation.Put(foreignKey(), FOREIGN, lease));
    }
    if (strikesOnce(Fault.RESTORATION)) {
      restore(0);
    } else if (strikesOnce(Fault.RESTORATION_BUMPED)) {
      restore(BUMP);
    }
  }

  private boolean strikesOnce(Fault fault) {
    return faults.include(fault) && !faults.hasStruck(fault) && faults.strike(fault);
  }

  private Bytes foreignKey() {
    return key("f", Programs.REGISTERS);
  }

  private Bytes key(String kind, int of) {
    return Simulation.stored(Bytes.utf8(kind + random.nextInt(of)));
  }

  private void foreign(Operation operation) {
    Batch batch = new Batch(List.of(), List.of(operation), List.of());
    cluster.serve(() -> cluster.model().commit(batch));
  }

  private void restore(long bump) {
    long newest = cluster.model().newest();
    long wanted = Math.max(Simulation.PREPARED, newest - 1 - random.nextInt(20));
    long back = bump == 0 ? cluster.beforeARequest(wanted) : wanted;
    trace.note("restore", back, () -> "from " + newest + " to " + back + ", bumped by " + bump);
    nodes.forEach(Node::forgetAcknowledged);
    cluster.restore(Math.min(newest, back), bump);
  }

  private boolean revoke(long lease) {
    cluster.model().revoke(lease);
    return true;
  }

  private void harm(Node node) {
    if (faults.strike(Fault.PAUSE)) {
      long time = timeline.about(timeline.chance(0.2) ? 5 * Timeline.SECOND : EVERY);
      trace.note("stop", time, () -> node + " for " + time);
      node.life().stopUntil(timeline.now() + time);
    }
    if (faults.strike(Fault.CLOCK_JUMP)) {
      node.setClock(within(wildClocks ? WILD : TAME));
    }
    if (faults.strike(Fault.CLOCK_FAR)) {
      node.setClockFar();
      timeline.after(timeline.about(10 * EVERY), null, () -> node.setClock(within(TAME)));
    }
    if (faults.strike(Fault.PARTITION)) {
      long time = timeline.about(timeline.chance(0.2) ? 5 * Timeline.SECOND : 3 * EVERY);
      trace.note("cut off", time, () -> node + " for " + time);
      node.cutOffFor(time);
      if (timeline.chance(0.5)) {
        cluster.breakStreams(node);
      }
    }
    if (faults.strike(Fault.CRASH)) {
      operator.crash(node, timeline.about(5 * EVERY));
    } else if (faults.strike(Fault.REOPENING)) {
      operator.reopen(node);
    }
  }
}
