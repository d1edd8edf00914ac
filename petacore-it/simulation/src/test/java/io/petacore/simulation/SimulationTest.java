package io.petacore.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs the {@link Simulation}. By hand, with {@code mvn -pl petacore-it/simulation -am test
 * -Dsurefire.failIfNoSpecifiedTests=false -Dtest=…}:
 *
 * <ul>
 *   <li>{@code SimulationTest#freshSeeds -Dpetacore.simulation.runs=100000}: many runs, from a
 *       random seed, or from {@code -Dpetacore.simulation.seed}
 *   <li>{@code SimulationTest#aGivenSeed -Dpetacore.simulation.seed=…}: one run, with every event
 *       logged
 * </ul>
 */
class SimulationTest {
  private static final String SEED = "petacore.simulation.seed";
  private static final String RUNS = "petacore.simulation.runs";
  private static final double SECONDS = 8;
  private static final long REPORT_EVERY = 10_000;

  @Test
  @Timeout(value = 1, unit = TimeUnit.DAYS) // for as many runs as requested
  void freshSeeds() {
    long first = Long.getLong(SEED, new Random().nextInt(Integer.MAX_VALUE));
    long runs = Long.getLong(RUNS, Long.MAX_VALUE);
    Campaign campaign = new Campaign();
    for (long seed = first; goesOn(campaign, runs); seed++) {
      campaign.run(seed);
      if (campaign.runs() % REPORT_EVERY == 0) {
        System.out.print(campaign.summary());
      }
    }
    System.out.print(campaign.summary());
    assertTrue(
        campaign.isRight(), () -> campaign.failures() + "after " + campaign.runs() + " runs");
  }

  /**
   * Returns whether to run another seed: until one fails, for 8 s or for the given number of runs.
   */
  private static boolean goesOn(Campaign campaign, long runs) {
    boolean enough =
        runs == Long.MAX_VALUE ? campaign.seconds() > SECONDS : campaign.runs() >= runs;
    return campaign.isRight() && !enough;
  }

  @Test
  @EnabledIfSystemProperty(named = SEED, matches = ".+")
  void aGivenSeed() {
    Result result = Simulation.run(Long.getLong(SEED), true);
    result.violations().forEach(Throwable::printStackTrace);
    assertTrue(result.isRight(), () -> "violations: " + result.violations());
  }

  /** Returns every seed that ever failed. */
  static Stream<Long> seedsThatFailed() throws IOException {
    try (InputStream list =
        requireNonNull(SimulationTest.class.getResourceAsStream("seeds-that-failed.txt"))) {
      return new String(list.readAllBytes(), UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#") && !line.isBlank())
          .map(line -> Long.valueOf(line.trim().split("\\s+", 2)[0]));
    }
  }

  @ParameterizedTest
  @MethodSource("seedsThatFailed")
  void aSeedThatFailedPasses(long seed) {
    Campaign campaign = new Campaign();
    campaign.run(seed);
    assertTrue(campaign.isRight(), campaign::failures);
  }

  @Test
  void theSameSeedGivesTheSameRun() {
    for (long seed = 1; seed <= 30; seed++) {
      Result once = Simulation.run(seed, false);
      Result again = Simulation.run(seed, false);
      assertEquals(once.hash(), again.hash(), "seed " + seed);
      assertEquals(once.counts(), again.counts());
      assertNotEquals(once.hash(), Simulation.run(-seed, false).hash());
    }
  }
}
