package io.petacore.simulation;

import io.petacore.DistributedStorage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A place where a storage runs, in one process after another. */
final class Node {

  /** Far from the beginning of the epoch, as clocks are. */
  static final long ORIGIN = 1_700_000_000L * Timeline.SECOND;

  /** Some two hundred years. */
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

  /** The process has died; another one begins. */
  void beginAnew() {
    life.end();
    life = new Life(this + ":" + ++lives);
    storage = null;
  }

  /** The storage that is open; null if none is. */
  @Nullable DistributedStorage storage() {
    return storage;
  }

  void opened(@Nullable DistributedStorage now) {
    storage = now;
  }

  long wallClock() {
    return ORIGIN + timeline.now() + clockOffset;
  }

  /** The wall clock is past the year 2200. */
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

  /** Whether it gets no watch. */
  boolean hasLostWatches() {
    return timeline.now() < withoutWatchUntil;
  }

  void loseWatchesFor(long nanos) {
    withoutWatchUntil = timeline.now() + nanos;
  }

  /** A watch is opened, on a history that so many restorations came before. */
  void follows(int restorations) {
    if (restorations > 0) {
      followsRestoredSince = Math.min(followsRestoredSince, timeline.now());
    }
  }

  /** Whether it had a watch on the restored store at a moment: what it had read before is lost. */
  boolean hasFoundRestored(long moment) {
    return followsRestoredSince < moment;
  }

  /** Its watch has left a revision out. */
  void hasMissed(long revision) {
    missed.add(revision);
  }

  /** Whether its watch has left a revision out. */
  boolean missed(long revision) {
    return missed.contains(revision);
  }

  /** Whether its watch has left out nothing. */
  boolean missedNone() {
    return missed.isEmpty();
  }

  /**
   * What it may not know of: nothing, or what its watch has left out since some moment, until it
   * found out.
   */
  List<Set<Long>> whatItMayHaveMissed() {
    List<Set<Long>> possible = new ArrayList<>();
    for (int i = 0; i <= missed.size(); i++) {
      possible.add(new HashSet<>(missed.subList(i, missed.size())));
    }
    return possible;
  }

  /** The newest revision that somebody here was told of as committed. */
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
