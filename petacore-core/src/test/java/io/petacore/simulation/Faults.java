package io.petacore.simulation;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Which faults a run has, how often, and how often they have struck. Each run has a choice of its
 * own, drawn from its seed: where everything goes wrong all the time, much is never reached.
 */
final class Faults {

  /** These change what may be promised, so few runs have them, and not together. */
  private static final Set<Fault> RARE = EnumSet.of(Fault.RESTORATION, Fault.WATCH_LOSES);

  private static final double SHARE = 0.4;
  private static final double RARE_SHARE = 0.06;

  private final Timeline timeline;
  private final Map<Fault, Double> probabilities = new EnumMap<>(Fault.class);
  private final Map<Fault, Integer> struck = new EnumMap<>(Fault.class);
  private boolean over;

  Faults(Timeline timeline) {
    this.timeline = timeline;
    boolean quiet = timeline.chance(0.05);
    for (Fault fault : Fault.values()) {
      boolean chosen = timeline.chance(RARE.contains(fault) ? RARE_SHARE : SHARE);
      double probability =
          Math.min(0.8, fault.usual() * Math.exp(timeline.random().nextGaussian()));
      if (chosen && !quiet) {
        probabilities.put(fault, probability);
      }
    }
    if (probabilities.containsKey(Fault.RESTORATION)) {
      probabilities.remove(Fault.WATCH_LOSES);
    }
  }

  /** Whether a run has a fault at all. */
  boolean include(Fault fault) {
    return probabilities.containsKey(fault);
  }

  /** Whether a fault strikes now. */
  boolean strike(Fault fault) {
    Double probability = probabilities.get(fault);
    if (over || probability == null || !timeline.chance(probability)) {
      return false;
    }
    struck.merge(fault, 1, Integer::sum);
    return true;
  }

  boolean hasStruck(Fault fault) {
    return struck.containsKey(fault);
  }

  /** From now on nothing goes wrong. */
  void end() {
    over = true;
  }

  boolean areOver() {
    return over;
  }

  Map<Fault, Integer> struck() {
    return struck;
  }
}
