package io.petacore.history;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.history.ReferenceRun.Defect;
import io.petacore.history.Workload.Form;
import io.petacore.history.Workload.Mix;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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

  /** How many correct runs of each kind are checked. */
  private static final int RUNS = Integer.getInteger("petacore.checker.runs", 20);

  /** The levels of every storage, without deletes and range reads. */
  private static final Mix BASIC = Mix.readCommitted(0.3);

  static Stream<Arguments> kinds() {
    return Stream.of(Form.values())
        .flatMap(form -> Stream.of(Arguments.of(form, BASIC), Arguments.of(form, Mix.ALL)));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aCorrectHistoryHasNoFindings(Form form, Mix mix) {
    long first = new Random().nextLong();
    for (long seed = first; seed < first + RUNS; seed++) {
      History history = ReferenceRun.run(seed, 1_000, form, mix, Defect.NONE);
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
        .flatMap(defect -> kinds().map(kind -> Arguments.of(defect, kind.get()[0], kind.get()[1])))
        .filter(CheckerGeneratedTest::isPossible);
  }

  /** Lists are not deleted, and what needs a Serializable transaction shows in no other. */
  private static boolean isPossible(Arguments arguments) {
    List<@Nullable Object> given = Arrays.asList(arguments.get());
    return switch (requireNonNull((Defect) given.get(0))) {
      case DELETES_UNGUARDED -> given.get(1) == Form.REGISTER && given.get(2) == Mix.ALL;
      case READS_UNGUARDED, RANGES_UNGUARDED, BATCHES_UNJUDGED -> given.get(2) == Mix.ALL;
      default -> true;
    };
  }

  /**
   * A run shows the defect with a probability of at least 1/4. Runs are repeated until one does, at
   * most 100 times: a defect that can be found is missed with a probability of 0.75 to the power of
   * 100.
   */
  @ParameterizedTest
  @MethodSource("defects")
  void aDefectIsFound(Defect defect, Form form, Mix mix) {
    long first = new Random().nextLong();
    int runs = 1;
    while (!isFound(defect, form, mix, first + runs)) {
      assertTrue(runs < 100, () -> "not found with seeds from " + first);
      runs++;
    }
    LOG.info("{} in the form {}, {}: found in run {}", defect, form, mix, runs);
  }

  private static boolean isFound(Defect defect, Form form, Mix mix, long seed) {
    return !Checker.check(ReferenceRun.run(seed, 1_000, form, mix, defect)).forbidden().isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aHundredThousandTransactionsTakeLessThanAMinute(Form form) {
    assertChecks(ReferenceRun.run(1, 100_000, form, Mix.ALL, Defect.NONE), false);
    assertChecks(ReferenceRun.run(1, 100_000, form, Mix.ALL, Defect.READS_NEWEST), true);
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
      History history = ReferenceRun.run(2, 2_000, form, Mix.ALL, Defect.LOSES_UPDATES);
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
