package io.petacore.history;

import java.util.List;

/**
 * An anomaly in a history: either forbidden by the isolation levels, or allowed but not
 * serializable.
 *
 * @param allowed whether the isolation levels of its transactions allow it
 * @param order the order that a cycle depends on
 * @param txns the indexes of the involved transactions in the history; for a cycle, in cycle order
 * @param text a readable description
 */
public record Anomaly(
    AnomalyType type, Order order, boolean allowed, List<Integer> txns, String text) {

  @Override
  public String toString() {
    return type.title() + order.suffix() + (allowed ? " (allowed)" : "") + "\n" + text;
  }
}
