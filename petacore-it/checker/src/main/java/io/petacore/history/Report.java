package io.petacore.history;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a checker has found.
 *
 * @param summary how many transactions of each outcome, and how many dependencies
 * @param anomalies what was found, of each type the first few
 * @param counts how many of each type were found, forbidden or allowed
 */
public record Report(String summary, List<Anomaly> anomalies, Map<AnomalyType, Integer> counts) {

  /** Keeps copies. */
  public Report {
    anomalies = List.copyOf(anomalies);
    counts = Map.copyOf(counts);
  }

  /** What the levels of the transactions do not allow. */
  public List<Anomaly> forbidden() {
    return anomalies.stream().filter(anomaly -> !anomaly.allowed()).toList();
  }

  /** What is not serializable, and need not be. */
  public List<Anomaly> allowed() {
    return anomalies.stream().filter(Anomaly::allowed).toList();
  }

  /** The types of some anomalies. */
  public static Set<AnomalyType> types(List<Anomaly> anomalies) {
    Set<AnomalyType> types = EnumSet.noneOf(AnomalyType.class);
    anomalies.forEach(anomaly -> types.add(anomaly.type()));
    return types;
  }

  /**
   * Demands that nothing forbidden was found.
   *
   * @throws AssertionError with all that was
   */
  public void assertRight() {
    if (!forbidden().isEmpty()) {
      throw new AssertionError(toString());
    }
  }

  @Override
  public String toString() {
    String found = counts.isEmpty() ? "nothing" : new EnumMap<>(counts).toString();
    return summary
        + "; found: "
        + found
        + "\n"
        + anomalies.stream().map(anomaly -> "\n" + anomaly + "\n").collect(Collectors.joining());
  }
}
