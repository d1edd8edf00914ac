package io.petacore.bench.cli.shell;

import io.petacore.data.Bytes;
import java.util.List;

/**
 * A kind of statement.
 *
 * @param name the first word of the statement
 * @param usage the syntax of its arguments
 * @param summary one line for the help
 * @param minArguments minimum number of arguments
 * @param maxArguments maximum number of arguments
 */
record Verb(
    String name, String usage, String summary, int minArguments, int maxArguments, Action action) {
  /** Runs a statement. */
  @FunctionalInterface
  interface Action {
    void run(List<Bytes> arguments);
  }

  void run(List<Bytes> arguments) {
    if (arguments.size() < minArguments || arguments.size() > maxArguments) {
      throw new IllegalArgumentException("usage: " + (name + " " + usage).strip());
    }
    action.run(arguments);
  }
}
