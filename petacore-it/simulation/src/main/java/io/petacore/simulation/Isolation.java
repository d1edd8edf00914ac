package io.petacore.simulation;

import io.petacore.DistributedStorage;
import io.petacore.error.PetaCoreException;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.TransactionOptions;
import io.petacore.transaction.TransactionTask;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Isolates one node for a long time, by {@link Fault#LASTING_CUT} or a similar fault, at most one
 * in a run. The other nodes must keep committing <em>while</em> it lasts, each within a bound, not
 * only after everything has healed.
 */
final class Isolation {
  private static final long LASTS = 60 * Timeline.SECOND;
  private static final long PROBE_EVERY = 500 * Timeline.MILLISECOND;

  /** Three conflicts of a large transaction come within a few milliseconds, or hardly at all. */
  private static final long RUSH = 300 * Timeline.MILLISECOND;

  private static final int RUSHING = 2;

  private final Timeline timeline;
  private final Fibers fibers;
  private final Faults faults;
  private final Violations violations;
  private final Trace trace;
  private final Cluster cluster;
  private final Nemesis.Operator operator;
  private final List<Node> nodes;
  private final Node victim;
  private final Fault kind;
  private final long bound;
  private final int wide;
  private boolean begun;
  private boolean rushing;
  private boolean lasting;
  private boolean over;

  /**
   * @param kind the fault that isolates the node
   * @param bound maximum time that another node may take to commit, in nanoseconds
   * @param wide number of keys that a transaction must write to need the exclusive commit lock
   */
  Isolation(
      Timeline timeline,
      Fibers fibers,
      Faults faults,
      Violations violations,
      Trace trace,
      Cluster cluster,
      Nemesis.Operator operator,
      List<Node> nodes,
      Fault kind,
      long bound,
      int wide) {
    this.timeline = timeline;
    this.fibers = fibers;
    this.faults = faults;
    this.violations = violations;
    this.trace = trace;
    this.cluster = cluster;
    this.operator = operator;
    this.nodes = nodes;
    this.kind = kind;
    this.bound = bound;
    this.wide = wide;
    this.victim = nodes.get(timeline.random().nextInt(nodes.size()));
  }

  /** Strikes at a random time, or when the victim has acquired the exclusive commit lock. */
  void begin() {
    timeline.after(timeline.about(Timeline.SECOND), null, this::strikeOrRush);
  }

  /** Returns whether the isolation has ended. */
  boolean isOver() {
    return over;
  }

  private void strikeOrRush() {
    if (!needsLock()) {
      strike();
      return;
    }
    cluster.whenLocked(this::locked);
    rushing = true;
    fibers.start(victim.life(), this::writeMuch);
    for (Node node : nodes) {
      for (int i = 0; i < RUSHING && node != victim; i++) {
        fibers.start(node.life(), () -> rush(node));
      }
    }
    timeline.after(RUSH, null, this::endRush);
  }

  private boolean needsLock() {
    return kind == Fault.LASTING_DEATH_OF_HOLDER
        || kind == Fault.LASTING_CUT_OF_HOLDER
        || kind == Fault.LASTING_WATCH_LOSS_OF_HOLDER;
  }

  private void endRush() {
    rushing = false;
    over |= !lasting; // the lock was not acquired
  }

  private void locked(@Nullable Node holder) {
    if (rushing && !begun && holder == victim) {
      begun = true;
      timeline.after(0, null, this::strike);
    }
  }

  private void writeMuch() {
    while (rushing) {
      tryToCommit(
          victim,
          TransactionOptions.defaults(),
          tx -> {
            for (int i = 0; i < wide; i++) {
              tx.write("v" + i, "much");
            }
          });
    }
  }

  private void rush(Node node) {
    TransactionOptions unguarded =
        TransactionOptions.defaults().isolation(IsolationLevel.READ_COMMITTED);
    while (rushing) {
      tryToCommit(node, unguarded, tx -> tx.write("v-" + node, "rush"));
    }
  }

  private void strike() {
    if (!faults.strike(kind)) {
      over = true;
      return;
    }
    lasting = true;
    trace.note("isolate", LASTS, () -> victim + ": " + kind);
    switch (kind) {
      case LASTING_CUT, LASTING_CUT_OF_HOLDER -> {
        victim.cutOffFor(LASTS);
        cluster.breakStreams(victim);
      }
      case LASTING_WATCH_LOSS, LASTING_WATCH_LOSS_OF_HOLDER -> {
        victim.loseWatchesFor(LASTS);
        cluster.breakStreams(victim);
      }
      case LASTING_DEATH_OF_HOLDER -> operator.crash(victim, LASTS);
      default -> throw new IllegalStateException(kind.toString());
    }
    nodes.stream()
        .filter(node -> node != victim)
        .forEach(node -> fibers.start(node.life(), () -> probe(node)));
    timeline.after(LASTS, null, this::end);
  }

  private void end() {
    lasting = false;
    over = true;
  }

  /** Commits from time to time. The opening of a storage is not timed: a page may hold one key. */
  private void probe(Node node) {
    while (lasting) {
      long begin = timeline.now();
      boolean committed = false;
      while (!committed && timeline.now() - begin <= bound) {
        if (node.storage() == null) {
          if (!lasting) {
            return;
          }
          begin = timeline.now();
        }
        committed =
            tryToCommit(node, TransactionOptions.defaults(), tx -> tx.write("v+" + node, "probe"));
      }
      if (!committed) {
        violations.add(
            node
                + " has committed nothing for "
                + (timeline.now() - begin) / Timeline.MILLISECOND
                + " ms, while there is a lasting fault of "
                + victim
                + ": "
                + kind);
        return;
      }
      fibers.pause(timeline.about(PROBE_EVERY));
    }
  }

  private boolean tryToCommit(Node node, TransactionOptions options, TransactionTask body) {
    DistributedStorage storage = node.storage();
    if (storage != null) {
      try {
        storage.runTransaction(options, body);
        return true;
      } catch (PetaCoreException again) {
        trace.note("again", 0, () -> node + ": " + again);
      }
    }
    fibers.pause(Timeline.MILLISECOND);
    return false;
  }
}
