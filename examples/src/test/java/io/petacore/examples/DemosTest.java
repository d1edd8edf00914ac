package io.petacore.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.examples.catalogue.CatalogueDemo;
import io.petacore.examples.flags.FlagsDemo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The programs print what their pages say. */
class DemosTest {

  /** A program. */
  private interface Program {
    void run(String[] args) throws IOException;
  }

  private static String outputOf(Program program) throws IOException {
    PrintStream before = System.out;
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    System.setOut(new PrintStream(output, true, UTF_8));
    try {
      program.run(new String[0]);
    } finally {
      System.setOut(before);
    }
    return output.toString(UTF_8);
  }

  private static void requireInPage(String page, String output) throws IOException {
    String text = Files.readString(Path.of("../docs", page));
    assertTrue(
        text.contains("```text\n" + output + "```"), () -> page + " does not show " + output);
  }

  @Test
  void catalogue() throws IOException {
    requireInPage("example-catalogue.md", outputOf(CatalogueDemo::main));
  }

  @Test
  void flags() throws IOException {
    // When the listener prints is up to its thread.
    StringBuilder counted = new StringBuilder();
    outputOf(FlagsDemo::main)
        .lines()
        .filter(line -> line.endsWith("users have it"))
        .forEach(line -> counted.append(line).append('\n'));
    requireInPage("example-flags.md", counted.toString());
  }
}
