package io.petacore.internal.mvcc;

import io.petacore.error.TransactionTooOldException;
import org.jspecify.annotations.Nullable;

/** Finds the states of the past that are final and the same on every node. Thread-safe. */
final class PastStates {

  private static final String NOT_KEPT = "it is no longer kept";
  private static final String NOT_FOLLOWED =
      "this node did not apply the revisions around it one by one";

  private final History history;
  private final AgreedTimestamps agreed;

  PastStates(History history, AgreedTimestamps agreed) {
    this.history = history;
    this.agreed = agreed;
  }

  /**
   * Returns the state that was the newest one at a timestamp.
   *
   * @param newest the newest state, read before
   * @throws TransactionTooOldException if it is not available, with the reason
   */
  AppliedState at(long timestamp, AppliedState newest) {
    AppliedState state = history.newestAt(timestamp);
    String reason;
    if (timestamp >= newest.timestamp()) {
      reason = "no revision above it has been applied yet; the newest is " + newest.timestamp();
    } else if (state == null || timestamp < history.horizon()) {
      reason = NOT_KEPT;
    } else if (!agreed.contains(timestamp)) {
      reason = NOT_FOLLOWED;
    } else {
      return state;
    }
    throw TransactionTooOldException.ofPast(
        "the state at timestamp " + timestamp + " is not available: " + reason);
  }

  /**
   * Returns the state at a revision of the store's current history.
   *
   * @param newest the newest state, read before
   * @throws TransactionTooOldException if it is not available, with the reason
   */
  AppliedState atRevision(long revision, AppliedState newest) {
    @Nullable AppliedState[] around = history.around(revision);
    AppliedState state = around[0];
    AppliedState next = around[1];
    String reason;
    if (revision > newest.revision()) {
      reason = "it has not been applied yet; the newest is " + newest.revision();
    } else if (state == null || state.timestamp() < history.horizon()) {
      reason = NOT_KEPT;
    } else if (state.revision() != revision
        && (next == null || !agreed.containsBoth(state.timestamp(), next.timestamp()))) {
      reason = NOT_FOLLOWED;
    } else {
      return state;
    }
    throw TransactionTooOldException.ofPast(
        "the state at revision " + revision + " is not available: " + reason);
  }
}
