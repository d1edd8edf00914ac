package io.petacore.bench.benchmark.read;

import io.petacore.bench.support.console.Figures;
import java.util.Locale;

/** How PetaCore's result is compared with the reference, and which direction is better. */
enum Comparison {
  /** Multiple of the reference time; the target is an upper bound. */
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

  /** Nanoseconds in addition to the reference; the target is an upper bound. */
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

  /**
   * Throughput of two threads relative to one thread, the reference; the target is a lower bound.
   */
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

  /** Operations per second; the target is a lower bound. */
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

  /** Whether this is a ratio to the reference. */
  final boolean isRatio() {
    return this == TIMES || this == SPEED_UP_BY_TWO;
  }

  final boolean isLowerBound() {
    return moreIsBetter;
  }

  final boolean isSatisfied(double value, double target) {
    return moreIsBetter ? value >= target : value <= target;
  }

  final String showTarget(double target) {
    return (moreIsBetter ? "≥ " : "≤ ") + show(target);
  }
}
