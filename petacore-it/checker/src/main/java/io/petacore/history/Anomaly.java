package io.petacore.history;

import java.util.List;

/**
 * Something that is wrong with a history, or that is not serializable and yet allowed.
 *
 * @param allowed whether the levels of its transactions allow it
 * @param order what a cycle rests on
 * @param txns the transactions involved, by their numbers in the history; of a cycle, in its order
 * @param text what happened, for people
 */
public record Anomaly(
    AnomalyType type, Order order, boolean allowed, List<Integer> txns, String text) {

  @Override
  public String toString() {
    return type.title() + order.suffix() + (allowed ? " (allowed)" : "") + "\n" + text;
  }
}
