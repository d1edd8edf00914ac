package io.petacore.bench.demo;

import io.petacore.data.Bytes;

/**
 * A reservation and its outcome.
 *
 * @param orderKey the key of the order
 * @param item the ordered item
 * @param outcome the outcome of the commit
 */
record Reservation(Bytes orderKey, Bytes item, Outcome outcome) {
  /** The outcome of a commit, as the library reports it. */
  enum Outcome {
    /** The commit returned: the order exists on this node at once and on every node eventually. */
    ACKNOWLEDGED,
    /** The commit failed and nothing was applied: the order never exists. */
    FAILED,
    /** The outcome is unknown: the order exists on all nodes or on none. */
    UNKNOWN
  }
}
