package io.petacore;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.petacore.testing.Seeds;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Random programs against the public API: every answer is that of a simple model. A failing program
 * is shrunk and printed.
 */
class RandomProgramsTest {

  private static final Logger LOG = LoggerFactory.getLogger(RandomProgramsTest.class);

  private static final int PROGRAMS = 300;
  private static final int STEPS = 120;

  @Test
  void everyAnswerIsThatOfTheModel() {
    long begun = System.nanoTime();
    Seeds.fresh(PROGRAMS).forEach(RandomProgramsTest::run);
    LOG.info("{} programs in {} ms", PROGRAMS, (System.nanoTime() - begun) / 1_000_000);
  }

  private static void run(long seed) {
    List<ProgramStep> program = program(new Random(seed));
    AssertionError failure = failureOf(program);
    if (failure != null) {
      List<ProgramStep> shortest = shrunk(program);
      StringBuilder text = new StringBuilder();
      shortest.forEach(step -> text.append("\n  ").append(step));
      throw new AssertionError(
          failure.getMessage() + Seeds.replay(seed) + "; as short as it can be:" + text, failure);
    }
  }

  private static List<ProgramStep> program(Random random) {
    List<ProgramStep> program = new ArrayList<>();
    for (int i = 0; i < STEPS; i++) {
      program.add(ProgramStep.random(random));
    }
    return program;
  }

  private static @Nullable AssertionError failureOf(List<ProgramStep> program) {
    try (ProgramRun run = new ProgramRun()) {
      for (int i = 0; i < program.size(); i++) {
        try {
          run.step(program.get(i));
        } catch (AssertionError | RuntimeException e) {
          return new AssertionError("step " + i + ", " + program.get(i) + ": " + e, e);
        }
      }
      return null;
    }
  }

  /** Removes steps, many at once and then single ones, as long as the program still fails. */
  static List<ProgramStep> shrunk(List<ProgramStep> program) {
    List<ProgramStep> shortest = program;
    for (int size = program.size() / 2; size > 0; size = size == 1 ? 0 : size / 2) {
      int from = 0;
      while (from < shortest.size()) {
        List<ProgramStep> without = new ArrayList<>(shortest);
        without.subList(from, Math.min(from + size, without.size())).clear();
        if (failureOf(without) != null) {
          shortest = without;
        } else {
          from += size;
        }
      }
    }
    return shortest;
  }

  /** Every step means something in some program, or a program would prove little. */
  @Test
  void everyStepIsMadeUseOf() {
    Set<ProgramStep.Kind> made = EnumSet.noneOf(ProgramStep.Kind.class);
    for (long seed = 0; seed < 30; seed++) {
      try (ProgramRun run = new ProgramRun()) {
        for (ProgramStep step : program(new Random(seed))) {
          if (run.step(step)) {
            made.add(step.kind());
          }
        }
      }
    }
    assertEquals(EnumSet.allOf(ProgramStep.Kind.class), made);
  }
}
