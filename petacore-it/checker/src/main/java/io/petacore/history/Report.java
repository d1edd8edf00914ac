package io.petacore.history;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The result of a check.
 *
 * @param summary the number of transactions of each outcome, and of dependencies
 * @param anomalies the first few anomalies of each type
 * @param counts the number of anomalies of each type, forbidden or allowed
 */
public record Report(String summary, List<Anomaly> anomalies, Map<AnomalyType, Integer> counts) {

  /** Copies the collections. */
  public Report {
    anomalies = List.copyOf(anomalies);
    counts = Map.copyOf(counts);
  }

  /** Returns the anomalies that the isolation levels forbid. */
  public List<Anomaly> forbidden() {
    return anomalies.stream().filter(anomaly -> !anomaly.allowed()).toList();
  }

  /** Returns the anomalies that are not serializable but allowed. */
  public List<Anomaly> allowed() {
    return anomalies.stream().filter(Anomaly::allowed).toList();
  }

  /** Returns the types of anomalies. */
  public static Set<AnomalyType> types(List<Anomaly> anomalies) {
    Set<AnomalyType> types = EnumSet.noneOf(AnomalyType.class);
    anomalies.forEach(anomaly -> types.add(anomaly.type()));
    return types;
  }

  /**
   * Asserts that nothing forbidden was found.
   *
   * @throws AssertionError that lists everything found
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
