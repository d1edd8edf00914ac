package io.petacore.bench.benchmark.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** A short run of {@code bench soak}. */
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
}
