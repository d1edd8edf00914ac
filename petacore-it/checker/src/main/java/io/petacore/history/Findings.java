package io.petacore.history;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Collects anomalies: counts all, and keeps the first few of each type. */
final class Findings {

  private static final int SHOWN = 5;

  private final List<Anomaly> shown = new ArrayList<>();
  private final Map<AnomalyType, Integer> counts = new EnumMap<>(AnomalyType.class);
  private final Set<String> known = new HashSet<>();
  private final BitSet involved = new BitSet();

  /** Adds a forbidden anomaly. */
  void add(AnomalyType type, List<Integer> txns, Supplier<String> text) {
    add(type, Order.DATA, false, txns, text);
  }

  /** Adds an anomaly, unless one of the same type and the same transactions is known. */
  void add(
      AnomalyType type, Order order, boolean allowed, List<Integer> txns, Supplier<String> text) {
    if (!known.add(type + " " + txns.stream().sorted().toList())) {
      return;
    }
    txns.forEach(involved::set);
    if (counts.merge(type, 1, Integer::sum) <= SHOWN) {
      shown.add(new Anomaly(type, order, allowed, List.copyOf(txns), text.get()));
    }
  }

  /** Returns the indexes of the transactions involved in any finding. */
  BitSet involved() {
    return (BitSet) involved.clone();
  }

  Report report(String summary) {
    return new Report(summary, shown, counts);
  }
}
