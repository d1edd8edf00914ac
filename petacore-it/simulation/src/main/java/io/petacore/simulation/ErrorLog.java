package io.petacore.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;

/**
 * Captures what the library logs at level error, which it does when it survives a defect of its
 * own. Other log output is discarded.
 */
final class ErrorLog implements AutoCloseable {
  private final PrintStream before = System.err;
  private final ByteArrayOutputStream captured = new ByteArrayOutputStream();

  ErrorLog() {
    System.setErr(new PrintStream(captured, true, UTF_8));
  }

  List<String> lines() {
    String text = captured.toString(UTF_8);
    return text.lines().filter(line -> line.contains("ERROR io.petacore")).toList();
  }

  @Override
  public void close() {
    System.setErr(before);
    String logged = captured.toString(UTF_8);
    logged.lines().filter(line -> line.contains("ERROR simulation")).forEach(before::println);
  }
}
