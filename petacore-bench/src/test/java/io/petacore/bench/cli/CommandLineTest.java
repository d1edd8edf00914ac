package io.petacore.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

class CommandLineTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private static CommandLine commandLine() {
    return PetaCore.commandLine().setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
  }

  private record UsageError(String line, String message) {}

  @TestFactory
  Stream<DynamicTest> aUsageErrorIsReportedInOneLine() {
    return Stream.of(
            new UsageError("", "missing command"),
            new UsageError("frobnicate", "Unmatched argument"),
            new UsageError("demo --nodes 0", "--nodes must be from 1 to 64, not 0"),
            new UsageError("demo --workers -1", "--workers must be"),
            new UsageError("demo --seconds -1", "--seconds must be"),
            new UsageError("demo --seconds soon", "'soon' is not a long"),
            new UsageError("demo --stock 0", "--stock must be"),
            new UsageError("demo --items -5", "--items must be"),
            new UsageError("demo --browse-ratio 1.5", "--browse-ratio must be"),
            new UsageError("demo --browse-ratio NaN", "--browse-ratio must be"),
            new UsageError("demo --skew -1", "--skew must be"),
            new UsageError(
                "demo --isolation strict", "expected serializable, snapshot or read-committed"),
            new UsageError("demo --items 5 --data x.tsv", "mutually exclusive"),
            new UsageError("demo --timeout 0", "--timeout must be"),
            new UsageError("demo --user me --password you", "--user requires --etcd"),
            new UsageError(
                "demo --etcd h:1 --user me", "--user and --password must be given together"),
            new UsageError(
                "demo --etcd h:1 --cert c.pem", "--cert and --key must be given together"),
            new UsageError("demo --etcd h:1,,h:2", "empty endpoint"),
            new UsageError("status --etcd h:1", "--etcd needs a --namespace"),
            new UsageError("status --etcd h:1 --namespace book", "e.g. --namespace book/"),
            new UsageError("shell --etcd h:1", "--etcd needs a --namespace"),
            new UsageError("load x.tsv", "load requires --etcd"),
            new UsageError("load --etcd h:1 --namespace a/", "FILE"),
            new UsageError("catalogue --items 0", "--items must be"),
            new UsageError("bench read --rounds 2", "--rounds must be odd, not 2"),
            new UsageError("bench read --only zzz", "no workload matches --only 'zzz'"))
        .map(
            error ->
                DynamicTest.dynamicTest(
                    "petacore " + error.line,
                    () -> {
                      int code =
                          run(error.line.isEmpty() ? new String[0] : error.line.split(" ", -1));
                      List<String> lines = err.toString().lines().toList();
                      assertEquals(2, code, err::toString);
                      assertTrue(lines.get(0).startsWith("petacore: "), lines.get(0));
                      assertTrue(lines.get(0).contains(error.message), lines.get(0));
                      assertTrue(lines.get(1).endsWith("--help"), lines.get(1));
                      assertEquals(2, lines.size());
                    }));
  }

  @Test
  void theHelpOfEveryCommandHasAnExample() {
    for (String name : commandLine().getSubcommands().keySet()) {
      assertEquals(0, run(name, "--help"), name);
      assertTrue(out.toString().contains("Example"), out.toString());
      assertTrue(out.toString().contains("petacore.jar " + name), out.toString());
    }
    assertEquals(0, run("--help"));
    assertEquals(0, run("--version"));
    assertTrue(out.toString().startsWith("petacore "), out.toString());
  }

  @Test
  void anInvalidFileFailsTheDemoBeforeItStarts(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("bad.tsv");
    Files.writeString(file, "a\t1\nb\n");
    assertEquals(1, run("demo", "--data", file.toString()));
    assertEquals(
        "petacore: " + file + ", line 2: no tab between key and value", err.toString().strip());
    assertEquals(1, run("demo", "--data", directory.resolve("none").toString()));
    assertEquals("petacore: no such file: " + directory.resolve("none"), err.toString().strip());
  }

  @Test
  void anUnreachableStoreIsReportedInOneLine() {
    // No server listens on port 1.
    assertEquals(
        1, run("status", "--etcd", "127.0.0.1:1", "--namespace", "shop/", "--timeout", "1"));
    List<String> lines = err.toString().lines().toList();
    assertEquals(1, lines.size(), err.toString());
    assertTrue(lines.get(0).startsWith("petacore: etcd at http://127.0.0.1:1 "), lines.get(0));
    assertTrue(lines.get(0).contains("check that it is running"), lines.get(0));
  }

  @Test
  void statusOfAStoreInMemory() {
    assertEquals(0, run("status"), err::toString);
    assertTrue(out.toString().contains("SYNCED"), out.toString());
  }

  @Test
  void statusIsOneLineOfJsonIfAsked() {
    assertEquals(0, run("status", "--json"), err::toString);
    List<String> lines = out.toString().lines().toList();
    assertEquals(1, lines.size(), out::toString);
    assertTrue(lines.get(0).startsWith("{\"store\":\"the embedded store: "), lines.get(0));
    assertTrue(lines.get(0).contains("\"state\":\"SYNCED\""), lines.get(0));
    assertTrue(lines.get(0).endsWith("\"warnings\":[]}}"), lines.get(0));
  }

  @Test
  void theDemoBalancesItsAccounts() {
    assertEquals(0, run("demo", "--seconds", "1", "--items", "300"), err::toString);
    assertTrue(out.toString().contains("PetaCore demo: 3 nodes on the embedded store"));
    assertTrue(out.toString().contains("All accounts balance."), out.toString());
    assertFalse(out.toString().contains("FAILED"), out.toString());
    assertFalse(out.toString().contains("\u001b"), "no escape sequences in a pipe");
  }

  @Test
  void theDemoSellsOutWithoutOverselling(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("few.tsv");
    Files.writeString(file, "desk\tOak desk\nlamp\tSteel lamp\n");
    assertEquals(
        0,
        run("demo", "--seconds", "1", "--data", file.toString(), "--stock", "20", "--nodes", "2"),
        () -> out + "" + err);
    assertTrue(out.toString().contains("2 items"), out.toString());
  }

  @Test
  void theDemoUnderReadCommittedCountsLostUpdates() {
    assertEquals(
        0,
        run("demo", "--seconds", "1", "--items", "2", "--isolation", "read-committed"),
        () -> out + "" + err);
    assertTrue(out.toString().contains("updates lost on"), out.toString());
    assertTrue(out.toString().contains("Read Committed allows lost updates"), out.toString());
  }

  @Test
  void aGeneratedCatalogueCanBeUsedByTheDemo(@TempDir Path directory) throws IOException {
    assertEquals(0, run("catalogue", "--items", "50"));
    Path file = directory.resolve("catalogue.tsv");
    Files.writeString(file, out.toString());
    assertEquals(50, Files.readAllLines(file).size());
    assertEquals(0, run("demo", "--seconds", "1", "--nodes", "1", "--data", file.toString()));
    assertTrue(out.toString().contains("50 items"), out.toString());
  }
}
