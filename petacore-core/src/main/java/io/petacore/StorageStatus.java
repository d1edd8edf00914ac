package io.petacore;

import io.petacore.data.Timestamp;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The state of a storage at one moment.
 *
 * @param state the connection to the store
 * @param appliedRevision the last revision whose every change is in memory; 0 before the initial
 *     load
 * @param appliedTimestamp the timestamp of that revision; null if no PetaCore node has committed
 *     yet
 * @param age the time since that revision was applied
 * @param staleness how far this node may be behind what PetaCore nodes have committed: the time
 *     since the sending of its youngest quorum request whose revision is applied (a batch of
 *     commits, a barrier, a load, a read of the commit record; the last is made at least every 5
 *     s). Every commit that had returned by then is applied here; foreign writes may be missing. By
 *     a monotonic clock; null before the initial load
 * @param keys the number of present keys; 0 before the initial load
 * @param loading the number of entries loaded so far, PetaCore's own included, by an initial load
 *     or a resync in progress; 0 if none is
 * @param versions the number of versions in memory, including tombstones and superseded versions
 * @param bytes the estimated heap footprint of keys, versions and indexes, in bytes
 * @param lastContact when the store last sent anything, by this machine's clock; null if it never
 *     did
 * @param lastFailure the last request that failed for a reason of the store; null if none did
 * @param subscriptions the open subscriptions
 * @param counters the events since the storage was opened
 */
public record StorageStatus(
    State state,
    long appliedRevision,
    @Nullable Timestamp appliedTimestamp,
    Duration age,
    @Nullable Duration staleness,
    long keys,
    long loading,
    long versions,
    long bytes,
    @Nullable Instant lastContact,
    @Nullable Failure lastFailure,
    Subscriptions subscriptions,
    StorageCounters counters) {

  /**
   * The open subscriptions.
   *
   * @param open their number
   * @param maxPendingChanges the most changes that a subscriber is still to be delivered, a call in
   *     progress included; at least 1 until each has been delivered the state
   */
  public record Subscriptions(int open, long maxPendingChanges) {}

  /**
   * A failed request.
   *
   * @param reason the message of the store or of the connection to it
   * @param at when the request failed, by this machine's clock
   */
  public record Failure(String reason, Instant at) {}

  /** The connection of a storage to its store. */
  public enum State {
    /** The initial load is in progress; nothing can be read yet. */
    STARTING,
    /** The storage follows the store. */
    SYNCED,
    /** The connection is lost. Reads continue, and the storage tries to reconnect. */
    DISCONNECTED,
    /** The storage was closed. */
    CLOSED
  }
}
