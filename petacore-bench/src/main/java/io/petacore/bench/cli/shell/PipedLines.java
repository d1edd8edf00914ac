package io.petacore.bench.cli.shell;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import org.jspecify.annotations.Nullable;

/** Lines from a file or a pipe: no prompt, no echo; errors include the line number. */
final class PipedLines implements LineSource {
  private final BufferedReader in;
  private final PrintWriter out;
  private final PrintWriter err;
  private long lineNumber;

  PipedLines(Reader in, PrintWriter out, PrintWriter err) {
    this.in = new BufferedReader(in);
    this.out = out;
    this.err = err;
  }

  @Override
  public @Nullable String next(String prompt) throws IOException {
    lineNumber++;
    return in.readLine();
  }

  @Override
  public boolean isInteractive() {
    return false;
  }

  @Override
  public void line(String text) {
    out.println(text);
    out.flush();
  }

  @Override
  public void error(String text) {
    out.flush();
    err.println("line " + lineNumber + ": " + text);
    err.flush();
  }

  @Override
  public void close() {
    out.flush();
    err.flush();
  }
}
