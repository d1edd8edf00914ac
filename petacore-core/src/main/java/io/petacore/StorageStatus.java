package io.petacore;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a storage is doing, as of one moment.
 *
 * @param state where it stands towards the store
 * @param appliedRevision the last revision whose every change is in memory; 0 before the first load
 * @param appliedTimestamp the version of that revision, in nanoseconds since the epoch; 0 where
 *     nothing was committed by PetaCore so far
 * @param age how long ago that revision was applied
 * @param keys how many keys are present; 0 before the first load
 * @param loading how many entries have been read so far of a state that is being loaded, the first
 *     one or again after a break, PetaCore's own included; 0 when none is
 * @param versions how many versions of keys are in memory, deleted and superseded ones included
 * @param bytes what keys, values and all that belongs to them take of the heap, reckoned
 * @param lastContact when the store last answered or sent anything, by this machine's clock; null
 *     if it never did
 * @param lastFailure the last request that failed for the store's sake; null if none did
 * @param counters what has happened since it was opened
 */
public record StorageStatus(
    State state,
    long appliedRevision,
    long appliedTimestamp,
    Duration age,
    long keys,
    long loading,
    long versions,
    long bytes,
    @Nullable Instant lastContact,
    @Nullable Failure lastFailure,
    Counters counters) {

  /**
   * A request that failed.
   *
   * @param reason what the store, or the connection to it, said
   * @param at when, by this machine's clock
   */
  public record Failure(String reason, Instant at) {}

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
   * @param commits transactions committed, those without writes not counted
   * @param batches requests sent to commit something
   * @param batchedTransactions transactions that those requests carried: divided by {@code
   *     batches}, how many shared one
   * @param localConflicts conflicts found in memory, before anything was sent
   * @param storeConflicts conflicts found by the store
   * @param retries bodies that were run again
   * @param resent transactions sent again without running their body, since only a delete fence had
   *     moved, or their request had been lost or refused for another's sake
   * @param resolvedApplied transactions whose answer was lost, and that turned out to be committed
   * @param resolvedNotApplied transactions whose answer was lost, and that turned out not to be;
   *     they were sent again
   * @param unknownOutcomes transactions reported as of unknown outcome; one that is resolved later
   *     as committed counts among {@code commits}, too
   * @param sessionsLost sessions that the store ended
   * @param exclusiveLocks how often a large transaction needed the field to itself
   * @param watchesOpened how often a watch was opened; 1 when nothing ever broke
   * @param resyncs how often everything had to be loaded again
   * @param malformedRecords commit records that could not be read
   * @param ignoredKeys foreign keys seen in places that are PetaCore's own, and left alone
   * @param clocksRefused timestamps too far ahead of this node's clock
   * @param otherHistories how often the store was found, or had to be assumed, to be on another
   *     history, as after a restore from a backup
   */
  public record Counters(
      long commits,
      long batches,
      long batchedTransactions,
      long localConflicts,
      long storeConflicts,
      long retries,
      long resent,
      long resolvedApplied,
      long resolvedNotApplied,
      long unknownOutcomes,
      long sessionsLost,
      long exclusiveLocks,
      long watchesOpened,
      long resyncs,
      long malformedRecords,
      long ignoredKeys,
      long clocksRefused,
      long otherHistories) {

    /** Attempts that met a conflict, wherever it was found. */
    public long conflicts() {
      return localConflicts + storeConflicts;
    }
  }
}
