package io.petacore.bench.benchmark.read;

import io.petacore.bench.support.console.Figures;
import java.util.Locale;

/** How PetaCore's figure is set against the other one, and which direction is good. */
enum Comparison {
  /** How many times the reference it takes: at most. */
  TIMES(false) {
    @Override
    double of(double own, double reference) {
      return own / reference;
    }

    @Override
    String show(double value) {
      return String.format(Locale.ROOT, "%.2f ×", value);
    }
  },

  /** How many nanoseconds it takes more than the reference: at most. */
  NANOS_MORE(false) {
    @Override
    double of(double own, double reference) {
      return own - reference;
    }

    @Override
    String show(double value) {
      return String.format(Locale.ROOT, "%+.0f ns", value);
    }
  },

  /** What two threads do, each in its own time, over what one does, the reference: at least. */
  SPEED_UP_BY_TWO(true) {
    @Override
    double of(double own, double reference) {
      return 2 * reference / own;
    }

    @Override
    String show(double value) {
      return TIMES.show(value);
    }
  },

  /** How many a second, if one takes so many nanoseconds: at least. */
  PER_SECOND(true) {
    @Override
    double of(double own, double reference) {
      return 1e9 / own;
    }

    @Override
    String show(double value) {
      return Figures.count(Math.round(value)) + "/s";
    }
  };

  private final boolean moreIsBetter;

  Comparison(boolean moreIsBetter) {
    this.moreIsBetter = moreIsBetter;
  }

  abstract double of(double own, double reference);

  abstract String show(double value);

  /** Whether it is a ratio, of which 1 is the reference. */
  final boolean isRatio() {
    return this == TIMES || this == SPEED_UP_BY_TWO;
  }

  final boolean wantsAtLeast() {
    return moreIsBetter;
  }

  final boolean holds(double value, double wanted) {
    return moreIsBetter ? value >= wanted : value <= wanted;
  }

  final String showWanted(double wanted) {
    return (moreIsBetter ? "≥ " : "≤ ") + show(wanted);
  }
}
