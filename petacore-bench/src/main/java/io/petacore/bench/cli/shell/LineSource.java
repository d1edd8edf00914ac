package io.petacore.bench.cli.shell;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Source of the shell's input lines and target of its output. */
interface LineSource extends Printer, AutoCloseable {
  /**
   * Reads the next line.
   *
   * @param prompt shown on a terminal only
   * @return null at the end of the input
   */
  @Nullable String next(String prompt) throws IOException;

  /** Whether the input is a terminal rather than a script. */
  boolean isInteractive();

  @Override
  void close() throws IOException;
}
