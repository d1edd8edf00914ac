package io.petacore.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.history.ReferenceRun.Defect;
import io.petacore.history.Workload.Form;
import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks histories of a reference database that is correct, or has one defect. */
class CheckerGeneratedTest {

  private static final Logger LOG = LoggerFactory.getLogger(CheckerGeneratedTest.class);

  /** Typically a few seconds; the bound allows for a busy machine. */
  private static final Duration LONG = Duration.ofMinutes(1);

  @ParameterizedTest
  @EnumSource
  void aCorrectHistoryHasNoFindings(Form form) {
    long first = new Random().nextLong();
    for (long seed = first; seed < first + 20; seed++) {
      History history = ReferenceRun.run(seed, 1_000, form, 0.3, Defect.NONE);
      Report report = Checker.check(history);
      assertEquals("", say(report), "seed " + seed);
      assertTrue(history.count(Outcome.FAIL) > 0 && history.count(Outcome.UNKNOWN) > 0);
    }
  }

  private static String say(Report report) {
    return report.forbidden().isEmpty() ? "" : report.toString();
  }

  static Stream<Arguments> defects() {
    return Stream.of(Defect.values())
        .filter(defect -> defect != Defect.NONE)
        .flatMap(defect -> Stream.of(Form.values()).map(form -> Arguments.of(defect, form)));
  }

  /**
   * A run shows the defect with a probability of at least 1/4. Runs are repeated until one does, at
   * most 100 times: a defect that can be found is missed with a probability of 0.75 to the power of
   * 100.
   */
  @ParameterizedTest
  @MethodSource("defects")
  void aDefectIsFound(Defect defect, Form form) {
    long first = new Random().nextLong();
    int runs = 1;
    while (!isFound(defect, form, first + runs)) {
      assertTrue(runs < 100, () -> "not found with seeds from " + first);
      runs++;
    }
    LOG.info("{} in the form {}: found in run {}", defect, form, runs);
  }

  private static boolean isFound(Defect defect, Form form, long seed) {
    return !Checker.check(ReferenceRun.run(seed, 1_000, form, 0.3, defect)).forbidden().isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aHundredThousandTransactionsTakeLessThanAMinute(Form form) {
    History history = ReferenceRun.run(1, 100_000, form, 0.3, Defect.NONE);
    assertChecks(history, false);
    assertChecks(ReferenceRun.run(1, 100_000, form, 0.3, Defect.READS_NEWEST), true);
  }

  private static void assertChecks(History history, boolean wrong) {
    long begun = System.nanoTime();
    Report report = Checker.check(history);
    Duration taken = Duration.ofNanos(System.nanoTime() - begun);
    LOG.info("{} in {} ms", report.summary(), taken.toMillis());
    assertEquals(wrong, !report.forbidden().isEmpty(), report::toString);
    assertTrue(taken.compareTo(LONG) < 0, () -> "it took " + taken);
  }

  @Test
  void aGeneratedHistoryIsReadBack() throws IOException {
    for (Form form : Form.values()) {
      History history = ReferenceRun.run(2, 2_000, form, 0.3, Defect.LOSES_UPDATES);
      StringBuilder text = new StringBuilder();
      EdnHistory.write(history, text);
      History readBack = EdnHistory.read(text);
      StringBuilder again = new StringBuilder();
      EdnHistory.write(readBack, again);
      assertEquals(text.toString(), again.toString());
      assertEquals(Checker.check(history).toString(), Checker.check(readBack).toString());
      assertFalse(Checker.check(readBack).forbidden().isEmpty());
    }
  }
}
