package io.petacore.it.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Options of a chaos run.
 *
 * @param seed random seed of faults and transactions
 * @param time duration, including checks
 * @param period time between two checks
 * @param report the directory for the report
 * @param lasting the lasting partition of every period; null for alternating kinds in some periods
 */
record Options(
    long seed, Duration time, Duration period, Path report, @Nullable LastingPartition lasting) {

  static final String USAGE =
      "chaos [--seconds 60] [--seed random] [--period 60] [--report target/chaos]"
          + " [--lasting follower|leader|member]";

  static Options parse(String... arguments) {
    long seed = new Random().nextLong();
    Duration time = Duration.ofSeconds(60);
    Duration period = Duration.ofSeconds(60);
    Path report = Path.of("target", "chaos");
    LastingPartition lasting = null;
    for (int i = 0; i < arguments.length; i += 2) {
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException(USAGE);
      }
      String value = arguments[i + 1];
      switch (arguments[i]) {
        case "--seed" -> seed = Long.parseLong(value);
        case "--seconds" -> time = Duration.ofSeconds(Long.parseLong(value));
        case "--period" -> period = Duration.ofSeconds(Long.parseLong(value));
        case "--report" -> report = Path.of(value);
        case "--lasting" -> lasting = LastingPartition.of(value);
        default -> throw new IllegalArgumentException(USAGE);
      }
    }
    return new Options(seed, time, period, report, lasting);
  }
}
