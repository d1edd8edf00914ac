package io.petacore.bench.support.console;

import io.petacore.transaction.IsolationLevel;
import java.util.Locale;
import picocli.CommandLine.TypeConversionException;

/** Isolation levels as they are typed: {@code snapshot}, {@code read-committed}. */
public final class IsolationName {
  private IsolationName() {}

  /** A level's name. */
  public static String of(IsolationLevel level) {
    return level.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The level of a name.
   *
   * @throws TypeConversionException if there is none
   */
  public static IsolationLevel parse(String name) {
    for (IsolationLevel level : IsolationLevel.values()) {
      if (of(level).equals(name.toLowerCase(Locale.ROOT).replace('_', '-'))) {
        return level;
      }
    }
    throw new TypeConversionException("expected snapshot or read-committed, not '" + name + "'");
  }
}
