package io.petacore;

import java.time.Duration;

/**
 * How a storage is doing, as of one moment.
 *
 * @param state where it stands towards the store
 * @param appliedRevision the last revision whose every change is in memory; 0 before the first load
 * @param appliedVersion the version of that revision, in nanoseconds since the epoch
 * @param age how long ago that revision was applied
 * @param keys how many keys are present
 * @param counters what has happened since it was opened
 */
public record StorageStatus(
    State state,
    long appliedRevision,
    long appliedVersion,
    Duration age,
    long keys,
    Counters counters) {

  /** Where a storage stands towards the store. */
  public enum State {
    /** Loading; nothing can be read yet. */
    STARTING,
    /** Following the store. */
    SYNCED,
    /** Cut off: serving what it has, and trying to come back. */
    DISCONNECTED,
    /** Closed, for good. */
    CLOSED
  }

  /**
   * What has happened since the storage was opened.
   *
   * @param commits transactions committed, read-only ones not counted
   * @param conflicts attempts that met a conflict
   * @param retries bodies that were run again
   * @param unknownOutcomes commits whose fate could not be told
   * @param watchesOpened how often a watch was opened; 1 when nothing ever broke
   * @param resyncs how often everything had to be loaded again
   * @param malformedRecords commit records that could not be read
   * @param ignoredKeys foreign keys seen in places that are PetaCore's own, and left alone
   * @param clocksRefused timestamps too far ahead of this node's clock
   */
  public record Counters(
      long commits,
      long conflicts,
      long retries,
      long unknownOutcomes,
      long watchesOpened,
      long resyncs,
      long malformedRecords,
      long ignoredKeys,
      long clocksRefused) {}
}
