package io.petacore.internal.mvcc;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jcstress.Main;

/**
 * Runs all races of this module, each for a short time and in separate JVMs: one writer and one
 * reader run concurrently some hundred thousand times, each time on a new cache. {@code
 * -Dpetacore.races.millis=60000} gives each more time.
 */
class RacesTest {

  private static final int MILLIS = Integer.getInteger("petacore.races.millis", 500);
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin/java").toString();

  /** Thread affinity and compilation modes are left to chance, which needs no privileges. */
  private static final List<String> OPTIONS =
      List.of("-f", "1", "-fsm", "1", "-iters", "1", "-sc", "false", "-af", "NONE");

  @TempDir Path scratch;

  @Test
  @Timeout(value = 12, unit = TimeUnit.HOURS)
  void noRaceHasAForbiddenResult() throws Exception {
    ProcessBuilder jcstress =
        new ProcessBuilder(JAVA, "-cp", System.getProperty("java.class.path"));
    jcstress.command().add(Main.class.getName());
    jcstress.command().addAll(OPTIONS);
    jcstress.command().addAll(List.of("-time", Integer.toString(MILLIS), "-jvmArgs", "-Xmx256m"));
    jcstress.command().addAll(List.of("-t", "io.petacore.internal", "-r", scratch.toString()));
    Path printed = scratch.resolve("printed");
    jcstress.directory(scratch.toFile()).redirectErrorStream(true).redirectOutput(printed.toFile());

    jcstress.start().waitFor();

    String report = Files.readString(printed);
    for (String part : List.of("Interesting", "Failed", "Error")) {
      assertTrue(report.contains(part + " tests: No matches"), report);
    }
    assertTrue(report.contains("All remaining tests: 18 matching"), report);
  }
}
