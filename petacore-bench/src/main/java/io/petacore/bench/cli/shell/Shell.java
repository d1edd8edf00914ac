package io.petacore.bench.cli.shell;

import io.petacore.bench.support.console.ErrorLine;
import io.petacore.bench.support.console.Figures;
import io.petacore.data.Bytes;
import java.io.IOException;
import java.util.List;

/** Reads and runs statements. An error ends the statement, not the shell. */
final class Shell {
  private final LineSource lines;
  private final Statements statements;
  private long failed;

  Shell(LineSource lines, Statements statements) {
    this.lines = lines;
    this.statements = statements;
  }

  /**
   * Runs statements until the end of the input or {@code exit}.
   *
   * @return the number of failed statements
   */
  long run() throws IOException {
    while (!statements.isOver()) {
      String line = lines.next(statements.isInTransaction() ? "petacore*> " : "petacore> ");
      if (line == null) {
        break;
      }
      execute(line);
    }
    long writes = statements.discard();
    if (writes > 0) {
      lines.error("rolled back: " + Figures.of(writes, "write", "writes") + " not committed");
      failed++;
    }
    return failed;
  }

  private void execute(String line) {
    try {
      List<Bytes> words = Words.parse(line);
      // Lines that start with '#' are comments.
      if (!words.isEmpty() && !line.strip().startsWith("#")) {
        statements.run(words.get(0), words.subList(1, words.size()));
      }
    } catch (RuntimeException e) {
      failed++;
      lines.error(ErrorLine.of(e));
    }
  }
}
