package io.petacore.bench.cli.shell;

import io.petacore.data.Bytes;
import java.util.List;

/**
 * A statement that the shell knows.
 *
 * @param name its first word
 * @param usage what follows it
 * @param summary what it does, in one line
 * @param least how few words may follow
 * @param most how many words may follow
 */
record Verb(String name, String usage, String summary, int least, int most, Action action) {
  /** What a statement does with the words after the first. */
  @FunctionalInterface
  interface Action {
    void run(List<Bytes> arguments);
  }

  void run(List<Bytes> arguments) {
    if (arguments.size() < least || arguments.size() > most) {
      throw new IllegalArgumentException("usage: " + (name + " " + usage).strip());
    }
    action.run(arguments);
  }
}
