package io.petacore.it.chaos;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Runs a minute of chaos with a new seed; the report is in {@code target/chaos}. {@code
 * -Dpetacore.chaos.seed=…} repeats the faults of a run, {@code -Dpetacore.chaos.seconds=…} sets its
 * duration. Use {@code petacore-it/chaos} for long runs.
 */
class ChaosTest {

  private static final int SECONDS = Integer.getInteger("petacore.chaos.seconds", 60);

  @Test
  @Timeout(300)
  void allInvariantsHold() throws Exception {
    long seed = Long.getLong("petacore.chaos.seed", new Random().nextLong());
    RunResult result =
        ChaosRun.run(
            new Options(
                seed,
                Duration.ofSeconds(SECONDS),
                Duration.ofSeconds(60),
                Path.of("target", "chaos"),
                null));
    new Report(result).write();
    Throwable failure = result.failure();
    if (failure != null) {
      throw new AssertionError("with -Dpetacore.chaos.seed=" + seed, failure);
    }
    assertTrue(result.committed() > 10L * SECONDS, "too few commits");
  }
}
