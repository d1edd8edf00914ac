package io.petacore.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;

/**
 * Hears what the library logs as an error, which it does where it meets a defect of its own and
 * goes on. Everything else that is logged goes nowhere.
 */
final class ErrorLog implements AutoCloseable {
  private final PrintStream before = System.err;
  private final ByteArrayOutputStream heard = new ByteArrayOutputStream();

  ErrorLog() {
    System.setErr(new PrintStream(heard, true, UTF_8));
  }

  List<String> lines() {
    String text = heard.toString(UTF_8);
    return text.lines().filter(line -> line.contains("ERROR io.petacore")).toList();
  }

  @Override
  public void close() {
    System.setErr(before);
    String told = heard.toString(UTF_8);
    told.lines().filter(line -> line.contains("ERROR simulation")).forEach(before::println);
  }
}
