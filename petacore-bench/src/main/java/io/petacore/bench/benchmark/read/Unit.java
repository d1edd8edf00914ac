package io.petacore.bench.benchmark.read;

import io.petacore.bench.support.console.Figures;
import java.util.Locale;

/** The unit of a result. */
enum Unit {
  NANOSECONDS {
    @Override
    String show(double value) {
      return value < 100_000
          ? String.format(Locale.ROOT, "%,.1f ns", value)
          : Figures.millis(Math.round(value));
    }
  },

  BYTES {
    @Override
    String show(double value) {
      return String.format(Locale.ROOT, "%,.1f B", value);
    }
  };

  abstract String show(double value);
}
