package io.petacore.simulation;

import io.petacore.DistributedStorage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A machine on which a storage runs, in one process after another. */
final class Node {

  /** The offset of the wall clock from the epoch. */
  static final long ORIGIN = 1_700_000_000L * Timeline.SECOND;

  /** About 200 years. */
  private static final long FAR = 6_300_000_000L * Timeline.SECOND;

  private final Timeline timeline;
  private final int number;
  private final List<Long> missed = new ArrayList<>();
  private Life life;
  private int lives = 1;
  private @Nullable DistributedStorage storage;
  private long clockOffset;
  private long cutOffUntil;
  private long followsRestoredSince = Long.MAX_VALUE;
  private long withoutWatchUntil;
  private long acknowledged;

  Node(Timeline timeline, int number) {
    this.timeline = timeline;
    this.number = number;
    this.life = new Life(this + ":1");
  }

  Life life() {
    return life;
  }

  /** Replaces the process, which has died, by a new one. */
  void beginAnew() {
    life.end();
    life = new Life(this + ":" + ++lives);
    storage = null;
  }

  /** Returns the open storage, or null. */
  @Nullable DistributedStorage storage() {
    return storage;
  }

  void opened(@Nullable DistributedStorage now) {
    storage = now;
  }

  long wallClock() {
    return ORIGIN + timeline.now() + clockOffset;
  }

  /** Sets the wall clock past the year 2200. */
  void setClockFar() {
    clockOffset = FAR;
  }

  void setClock(long offset) {
    clockOffset = offset;
  }

  boolean isCutOff() {
    return timeline.now() < cutOffUntil;
  }

  void cutOffFor(long nanos) {
    cutOffUntil = timeline.now() + nanos;
  }

  /** Returns whether the node gets no watch. */
  boolean hasLostWatches() {
    return timeline.now() < withoutWatchUntil;
  }

  void loseWatchesFor(long nanos) {
    withoutWatchUntil = timeline.now() + nanos;
  }

  /** Records that a watch was opened after a number of restores. */
  void follows(int restorations) {
    if (restorations > 0) {
      followsRestoredSince = Math.min(followsRestoredSince, timeline.now());
    }
  }

  /**
   * Returns whether the node had a watch on the restored store at a time; what it had read before
   * is lost.
   */
  boolean hasFoundRestored(long moment) {
    return followsRestoredSince < moment;
  }

  /** Records that its watch omitted a revision. */
  void hasMissed(long revision) {
    missed.add(revision);
  }

  /** Returns whether its watch omitted a revision. */
  boolean missed(long revision) {
    return missed.contains(revision);
  }

  /** Returns whether its watch omitted no revision. */
  boolean missedNone() {
    return missed.isEmpty();
  }

  /**
   * Returns the sets of revisions that it may have missed: the empty set, or the revisions that its
   * watch omitted from some time until the node detected it.
   */
  List<Set<Long>> whatItMayHaveMissed() {
    List<Set<Long>> possible = new ArrayList<>();
    for (int i = 0; i <= missed.size(); i++) {
      possible.add(new HashSet<>(missed.subList(i, missed.size())));
    }
    return possible;
  }

  /** Returns the newest revision acknowledged to a client of this node. */
  long acknowledged() {
    return acknowledged;
  }

  void acknowledge(long revision) {
    acknowledged = Math.max(acknowledged, revision);
  }

  void forgetAcknowledged() {
    acknowledged = 0;
  }

  @Override
  public String toString() {
    return "n" + number;
  }
}
