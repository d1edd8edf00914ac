package io.petacore.simulation;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The faults of a run, their probabilities, and how often each has struck. Each run has a selection
 * of its own, drawn from its seed, since a run with all faults at once reaches little.
 */
final class Faults {

  /** These weaken the guarantees, so few runs have them, and never together. */
  private static final Set<Fault> RARE =
      EnumSet.of(
          Fault.RESTORATION,
          Fault.RESTORATION_BUMPED,
          Fault.WATCH_LOSES,
          Fault.WATCH_LOSES_FOREIGN,
          Fault.WATCH_LOSES_BOOKKEEPING);

  /** A run has at most one of these, and none that loses events. */
  private static final List<Fault> RESTORATIONS =
      List.of(Fault.RESTORATION, Fault.RESTORATION_BUMPED);

  private static final List<Fault> LOSSES =
      List.of(Fault.WATCH_LOSES, Fault.WATCH_LOSES_FOREIGN, Fault.WATCH_LOSES_BOOKKEEPING);

  /** A run has at most one of these, and no other fault that keeps nodes from committing. */
  private static final List<Fault> LASTING =
      List.of(
          Fault.LASTING_CUT,
          Fault.LASTING_WATCH_LOSS,
          Fault.LASTING_DEATH_OF_HOLDER,
          Fault.LASTING_CUT_OF_HOLDER,
          Fault.LASTING_WATCH_LOSS_OF_HOLDER);

  private static final Set<Fault> HINDERING =
      EnumSet.of(
          Fault.WATCH_LOSES,
          Fault.WATCH_LOSES_FOREIGN,
          Fault.WATCH_LOSES_BOOKKEEPING,
          Fault.WATCH_MUTE,
          Fault.COPIED_PREFIX,
          Fault.COMPACTION,
          Fault.PAUSE,
          Fault.PARTITION,
          Fault.OUTAGE,
          Fault.SPACE_ALARM,
          Fault.CRASH,
          Fault.REOPENING,
          Fault.RESTORATION,
          Fault.RESTORATION_BUMPED);

  /** Known defects: no run has these faults until they are fixed, unless they are requested. */
  private static final EnumSet<Fault> AWAITING_FIX = EnumSet.noneOf(Fault.class);

  /** The faults that runs may have. */
  private static final Set<Fault> DEFAULT = EnumSet.complementOf(AWAITING_FIX);

  /** System property: names of faults that every run has; "all" lets runs have any fault. */
  private static final String ASKED_FOR = "petacore.simulation.faults";

  private static final double SHARE = 0.4;
  private static final double RARE_SHARE = 0.06;
  private static final double LASTING_SHARE = 0.01;

  private final Timeline timeline;
  private final Map<Fault, Double> probabilities = new EnumMap<>(Fault.class);
  private final Map<Fault, Integer> struck = new EnumMap<>(Fault.class);
  private boolean over;

  Faults(Timeline timeline) {
    this.timeline = timeline;
    String askedFor = System.getProperty(ASKED_FOR, "");
    Set<Fault> possible = EnumSet.copyOf(DEFAULT);
    Set<Fault> certain = EnumSet.noneOf(Fault.class);
    if (askedFor.equals("all")) {
      possible = EnumSet.allOf(Fault.class);
    } else if (!askedFor.isEmpty()) {
      Stream.of(askedFor.split(",", -1)).map(Fault::valueOf).forEach(certain::add);
    }
    boolean quiet = timeline.chance(0.05);
    for (Fault fault : Fault.values()) {
      boolean chosen = timeline.chance(share(fault));
      double probability =
          fault.usual() == 1
              ? 1
              : Math.min(0.8, fault.usual() * Math.exp(timeline.random().nextGaussian()));
      if (certain.contains(fault) || (chosen && !quiet && possible.contains(fault))) {
        probabilities.put(fault, probability);
      }
    }
    Fault lasting = lasting();
    if (lasting != null) {
      probabilities.keySet().removeAll(HINDERING);
      probabilities.keySet().removeIf(fault -> LASTING.contains(fault) && fault != lasting);
      probabilities.replaceAll((fault, probability) -> Math.min(probability, fault.usual()));
    }
    for (Fault restoration : RESTORATIONS) {
      if (probabilities.containsKey(restoration)) {
        probabilities.keySet().removeAll(LOSSES);
        probabilities
            .keySet()
            .removeIf(fault -> RESTORATIONS.contains(fault) && fault != restoration);
      }
    }
  }

  private static double share(Fault fault) {
    if (LASTING.contains(fault)) {
      return LASTING_SHARE;
    }
    return RARE.contains(fault) ? RARE_SHARE : SHARE;
  }

  /** Returns the fault that isolates a node for a long time, or null. */
  @Nullable Fault lasting() {
    return LASTING.stream().filter(this::include).findFirst().orElse(null);
  }

  /** Returns whether watches may omit revisions in this run. */
  boolean mayLose() {
    return LOSSES.stream().anyMatch(this::include);
  }

  /** Returns whether a watch has omitted a revision. */
  boolean haveLost() {
    return LOSSES.stream().anyMatch(this::hasStruck);
  }

  /** Draws whether the run has a fault. */
  boolean include(Fault fault) {
    return probabilities.containsKey(fault);
  }

  /** Draws whether a fault strikes now. */
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

  /** Ends all faults. */
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
