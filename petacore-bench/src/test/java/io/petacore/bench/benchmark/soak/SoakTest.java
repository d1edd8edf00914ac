package io.petacore.bench.benchmark.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Short runs of {@code bench soak} and {@code bench soak-changes}. */
class SoakTest {

  @Test
  void theHeapDoesNotGrowAndEveryScanIsConsistent() {
    StringWriter printed = new StringWriter();
    int status =
        new CommandLine(new SoakCommand())
            .setOut(new PrintWriter(printed, true))
            .setErr(new PrintWriter(printed, true))
            .execute("--updates", "300000");
    assertEquals(0, status, printed::toString);
  }

  @Test
  void everySubscriberHasTheStateAndEveryIndexIsItsFunction() {
    StringWriter printed = new StringWriter();
    int status =
        new CommandLine(new SoakChangesCommand())
            .setOut(new PrintWriter(printed, true))
            .setErr(new PrintWriter(printed, true))
            .execute(
                "--seconds=2",
                "--rate=20000",
                "--subscribers=7",
                "--keys=1000",
                "--behind=100000",
                "--slowest=20");
    assertEquals(0, status, printed::toString);
  }
}
