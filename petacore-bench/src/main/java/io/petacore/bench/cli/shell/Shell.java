package io.petacore.bench.cli.shell;

import io.petacore.bench.support.console.ErrorLine;
import io.petacore.bench.support.console.Figures;
import io.petacore.data.Bytes;
import java.io.IOException;
import java.util.List;

/**
 * Reads statements and runs them, one after another. An error ends its statement, never the shell.
 */
final class Shell {
  private final LineSource lines;
  private final Statements statements;
  private long failed;

  Shell(LineSource lines, Statements statements) {
    this.lines = lines;
    this.statements = statements;
  }

  /** Runs everything up to the end or {@code exit}; returns how many statements failed. */
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
      lines.error("rolled back: " + Figures.of(writes, "write", "writes") + " never committed");
      failed++;
    }
    return failed;
  }

  private void execute(String line) {
    try {
      List<Bytes> words = Words.of(line);
      // A '#' begins a comment, for scripts.
      if (!words.isEmpty() && !line.strip().startsWith("#")) {
        statements.run(words.get(0), words.subList(1, words.size()));
      }
    } catch (RuntimeException e) {
      failed++;
      lines.error(ErrorLine.of(e));
    }
  }
}
