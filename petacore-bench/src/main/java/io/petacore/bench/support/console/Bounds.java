package io.petacore.bench.support.console;

import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * Checks of option values that parsing alone can't make; a value out of bounds is a usage error.
 */
public final class Bounds {
  private final CommandLine command;

  /** Checks for a command, which the error will point to. */
  public Bounds(CommandLine command) {
    this.command = command;
  }

  /** A whole number within bounds, both included. */
  public void check(String option, long value, long least, long greatest) {
    if (value < least || value > greatest) {
      throw new ParameterException(
          command,
          option + " must be from " + least + " to " + Figures.count(greatest) + ", not " + value);
    }
  }

  /** A number of which there is one in the middle. */
  public void checkOdd(String option, int value) {
    if (value % 2 == 0) {
      throw new ParameterException(command, option + " must be odd, not " + value);
    }
  }

  /** A number within bounds, both included. */
  public void check(String option, double value, double least, double greatest) {
    // Written so that NaN is refused as well.
    if (!(value >= least && value <= greatest)) {
      throw new ParameterException(
          command, option + " must be from " + least + " to " + greatest + ", not " + value);
    }
  }
}
