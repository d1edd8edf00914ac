package io.petacore.simulation;

import io.petacore.data.KeyRange;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.store.Event;
import io.petacore.store.RevisionEvents;
import io.petacore.store.StoreException;
import io.petacore.store.Watch;
import io.petacore.store.WatchListener;
import java.util.ArrayList;
import java.util.List;

/** A watch as its node receives it: in order, delayed, in batches, and with faults. */
final class WatchStream implements Watch {
  private static final long LATENCY = 50 * Timeline.MICROSECOND;
  private static final long LAG = 20 * Timeline.MILLISECOND;

  /** The time after which a dead connection is detected by its keepalive. */
  private static final long KEEPALIVE = 5 * Timeline.SECOND;

  private final Cluster cluster;
  private final Timeline timeline;
  private final Faults faults;
  private final Node node;
  private final Life life;
  private final KeyRange range;
  private final WatchListener listener;
  private final int history;
  private long next;
  private boolean opened;
  private boolean waking;
  private boolean silent;
  private boolean mute;
  private boolean over;

  WatchStream(
      Cluster cluster,
      Timeline timeline,
      Faults faults,
      Node node,
      KeyRange range,
      long from,
      WatchListener listener) {
    this.cluster = cluster;
    this.timeline = timeline;
    this.faults = faults;
    this.node = node;
    this.life = node.life();
    this.range = range;
    this.next = from;
    this.listener = listener;
    this.history = cluster.history();
  }

  Node node() {
    return node;
  }

  /** Delivers new revisions, if there are any. */
  void wake() {
    if (!waking && !over) {
      waking = true;
      boolean slow = faults.strike(opened ? Fault.WATCH_SLOW : Fault.WATCH_UNACCEPTED);
      long delay = opened ? timeline.about(slow ? LAG : LATENCY) : acceptance(slow);
      timeline.after(delay, life, this::deliverNext);
    }
  }

  private long acceptance(boolean slow) {
    return slow ? timeline.about(5 * Timeline.SECOND) : timeline.about(2 * LATENCY);
  }

  private void deliverNext() {
    waking = false;
    if (over && (isOfAnotherHistory() || !faults.strike(Fault.WATCH_LATE))) {
      return;
    }
    mute |= opened && faults.strike(Fault.WATCH_MUTE);
    if (mute) {
      return;
    }
    if (silent || node.isCutOff() || node.hasLostWatches() || cluster.isAway()) {
      fallSilent();
      return;
    }
    if (!opened) {
      opened = true;
      node.follows(cluster.history());
      listener.onOpened();
    } else if (faults.strike(Fault.WATCH_BROKEN)) {
      end(new StoreException(StoreException.Kind.UNAVAILABLE, "the stream broke", null));
      return;
    } else if (faults.strike(Fault.WATCH_SILENT)) {
      fallSilent();
      return;
    } else {
      deliver();
    }
    if (next <= cluster.model().newest()) {
      wake();
    }
  }

  /** What arrives late was sent before the store was restored. */
  private boolean isOfAnotherHistory() {
    return history != cluster.history();
  }

  private void fallSilent() {
    if (!silent) {
      silent = true;
      timeline.after(
          timeline.about(KEEPALIVE / 4),
          life,
          () -> end(new StoreException(StoreException.Kind.UNAVAILABLE, "no keepalive", null)));
    }
  }

  private void deliver() {
    if (next < cluster.model().compacted()) {
      end(
          new StoreException(
              StoreException.Kind.COMPACTED, "revision " + next + " was compacted", null));
      return;
    }
    List<RevisionEvents> due = new ArrayList<>();
    int most = 1 + timeline.random().nextInt(8);
    for (; next <= cluster.model().newest() && due.size() < most; next++) {
      RevisionEvents events = cluster.model().revision(next, range);
      if (!events.events().isEmpty() && !isLost(events)) {
        due.add(events);
      }
    }
    if (!due.isEmpty()) {
      listener.onRevisions(due);
    }
  }

  private boolean isLost(RevisionEvents events) {
    boolean committed = false;
    boolean kept = false;
    for (Event event : events.events()) {
      committed |= Simulation.isRecord(event.key());
      kept |= ReservedKeys.isReserved(Simulation.NAMESPACE.fromStore(event.key()));
    }
    Fault loss = Fault.WATCH_LOSES_FOREIGN;
    if (kept) {
      loss = committed ? Fault.WATCH_LOSES : Fault.WATCH_LOSES_BOOKKEEPING;
    }
    boolean lost = faults.strike(loss);
    if (lost) {
      node.hasMissed(events.revision());
    }
    return lost;
  }

  /** Ends the watch and calls its listener. */
  void end(StoreException cause) {
    if (!over) {
      close();
      timeline.after(timeline.about(LATENCY), life, () -> listener.onEnd(cause));
    }
  }

  @Override
  public void close() {
    over = true;
    cluster.close(this);
  }
}
