package io.petacore.bench.cli.shell;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Where the shell's lines come from, and where its answers go. */
interface LineSource extends Printer, AutoCloseable {
  /** The next line; null at the end. The prompt is shown to people only. */
  @Nullable String next(String prompt) throws IOException;

  /** Whether somebody is typing, who sees an error and can go on. */
  boolean isInteractive();

  @Override
  void close() throws IOException;
}
