package io.petacore.bench.demo;

import io.petacore.data.Bytes;

/**
 * What a customer was told about an order.
 *
 * @param orderKey the key under which the order would lie
 * @param item which item it is for
 * @param answer what the library said
 */
record Reservation(Bytes orderKey, Bytes item, Answer answer) {
  /** What is known of a commit, in the words of the library's exceptions. */
  enum Answer {
    /** It returned: the order is there, on this node at once and on every node in the end. */
    ACKNOWLEDGED,
    /** It failed with nothing applied: the order is nowhere, ever. */
    REFUSED,
    /** Its outcome is unknown: the order is there or not, the same on every node. */
    UNKNOWN
  }
}
