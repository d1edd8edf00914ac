package io.petacore.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;

/** Hears what is logged while it is open, which then goes nowhere else. One at a time. */
public final class LogCapture implements AutoCloseable {
  private final PrintStream before = System.err;
  private final ByteArrayOutputStream heard = new ByteArrayOutputStream();

  /** Begins to hear. */
  public LogCapture() {
    System.setErr(new PrintStream(heard, true, UTF_8));
  }

  /** The lines so far of a level that hold a text. */
  public List<String> lines(String level, String text) {
    return heard
        .toString(UTF_8)
        .lines()
        .filter(line -> line.contains(level + " io.petacore") && line.contains(text))
        .toList();
  }

  @Override
  public void close() {
    System.setErr(before);
  }
}
