package io.petacore.bench.support.console;

import io.petacore.transaction.IsolationLevel;
import java.util.Locale;
import picocli.CommandLine.TypeConversionException;

/**
 * Names of isolation levels on the command line: {@code serializable}, {@code snapshot}, {@code
 * read-committed}.
 */
public final class IsolationName {
  private IsolationName() {}

  /** Returns the name of a level. */
  public static String of(IsolationLevel level) {
    return level.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Parses the name of a level.
   *
   * @throws TypeConversionException if no level has this name
   */
  public static IsolationLevel parse(String name) {
    for (IsolationLevel level : IsolationLevel.values()) {
      if (of(level).equals(name.toLowerCase(Locale.ROOT).replace('_', '-'))) {
        return level;
      }
    }
    throw new TypeConversionException(
        "expected serializable, snapshot or read-committed, not '" + name + "'");
  }
}
