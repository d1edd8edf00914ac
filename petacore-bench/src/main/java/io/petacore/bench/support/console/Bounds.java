package io.petacore.bench.support.console;

import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Validates option values; an invalid value is a usage error. */
public final class Bounds {
  private final CommandLine command;

  /**
   * Creates checks for a command.
   *
   * @param command the command that errors refer to
   */
  public Bounds(CommandLine command) {
    this.command = command;
  }

  /**
   * Checks that a whole number is within bounds.
   *
   * @param option the name of the option, for the message
   * @param least the lower bound, inclusive
   * @param greatest the upper bound, inclusive
   * @throws ParameterException if it is not
   */
  public void check(String option, long value, long least, long greatest) {
    if (value < least || value > greatest) {
      throw new ParameterException(
          command,
          option + " must be from " + least + " to " + Figures.count(greatest) + ", not " + value);
    }
  }

  /**
   * Checks that a whole number is odd.
   *
   * @throws ParameterException if it is not
   */
  public void checkOdd(String option, int value) {
    if (value % 2 == 0) {
      throw new ParameterException(command, option + " must be odd, not " + value);
    }
  }

  /**
   * Checks that a number is within bounds, both inclusive.
   *
   * @throws ParameterException if it is not
   */
  public void check(String option, double value, double least, double greatest) {
    // Also rejects NaN.
    if (!(value >= least && value <= greatest)) {
      throw new ParameterException(
          command, option + " must be from " + least + " to " + greatest + ", not " + value);
    }
  }
}
