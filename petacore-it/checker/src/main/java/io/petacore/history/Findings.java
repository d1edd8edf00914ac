package io.petacore.history;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Collects anomalies: of each type all are counted, and the first few are told. */
final class Findings {

  private static final int TOLD = 5;

  private final List<Anomaly> told = new ArrayList<>();
  private final Map<AnomalyType, Integer> counts = new EnumMap<>(AnomalyType.class);
  private final Set<String> known = new HashSet<>();
  private final BitSet involved = new BitSet();

  /** Something forbidden. */
  void add(AnomalyType type, List<Integer> txns, Supplier<String> text) {
    add(type, Order.DATA, false, txns, text);
  }

  /** The same transactions are not reported twice for the same thing. */
  void add(
      AnomalyType type, Order order, boolean allowed, List<Integer> txns, Supplier<String> text) {
    if (!known.add(type + " " + txns.stream().sorted().toList())) {
      return;
    }
    txns.forEach(involved::set);
    if (counts.merge(type, 1, Integer::sum) <= TOLD) {
      told.add(new Anomaly(type, order, allowed, List.copyOf(txns), text.get()));
    }
  }

  /** The transactions of all that was found. */
  BitSet involved() {
    return (BitSet) involved.clone();
  }

  Report report(String summary) {
    return new Report(summary, told, counts);
  }
}
