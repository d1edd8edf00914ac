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

  private record Wrong(String line, String message) {}

  @TestFactory
  Stream<DynamicTest> wrongUsageIsExplainedInOneLine() {
    return Stream.of(
            new Wrong("", "say which command"),
            new Wrong("frobnicate", "Unmatched argument"),
            new Wrong("demo --nodes 0", "--nodes must be from 1 to 64, not 0"),
            new Wrong("demo --workers -1", "--workers must be"),
            new Wrong("demo --seconds -1", "--seconds must be"),
            new Wrong("demo --seconds soon", "'soon' is not a long"),
            new Wrong("demo --stock 0", "--stock must be"),
            new Wrong("demo --items -5", "--items must be"),
            new Wrong("demo --browse-ratio 1.5", "--browse-ratio must be"),
            new Wrong("demo --browse-ratio NaN", "--browse-ratio must be"),
            new Wrong("demo --skew -1", "--skew must be"),
            new Wrong("demo --isolation serializable", "expected snapshot or read-committed"),
            new Wrong("demo --items 5 --data x.tsv", "mutually exclusive"),
            new Wrong("demo --timeout 0", "--timeout must be"),
            new Wrong("demo --user me --password you", "--user makes sense only with --etcd"),
            new Wrong("demo --etcd h:1 --user me", "--user and --password are given together"),
            new Wrong("demo --etcd h:1 --cert c.pem", "--cert and --key are given together"),
            new Wrong("demo --etcd h:1,,h:2", "empty endpoint"),
            new Wrong("status --etcd h:1", "--etcd needs a --namespace"),
            new Wrong("status --etcd h:1 --namespace book", "e.g. --namespace book/"),
            new Wrong("shell --etcd h:1", "--etcd needs a --namespace"),
            new Wrong("load x.tsv", "load needs --etcd"),
            new Wrong("load --etcd h:1 --namespace a/", "FILE"),
            new Wrong("catalogue --items 0", "--items must be"),
            new Wrong("bench read --rounds 2", "--rounds must be odd, not 2"))
        .map(
            wrong ->
                DynamicTest.dynamicTest(
                    "petacore " + wrong.line,
                    () -> {
                      int code =
                          run(wrong.line.isEmpty() ? new String[0] : wrong.line.split(" ", -1));
                      List<String> lines = err.toString().lines().toList();
                      assertEquals(2, code, err::toString);
                      assertTrue(lines.get(0).startsWith("petacore: "), lines.get(0));
                      assertTrue(lines.get(0).contains(wrong.message), lines.get(0));
                      assertTrue(lines.get(1).endsWith("--help"), lines.get(1));
                      assertEquals(2, lines.size());
                    }));
  }

  @Test
  void everyCommandHasHelpWithAnExample() {
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
  void aBadFileEndsTheDemoBeforeItBegins(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("bad.tsv");
    Files.writeString(file, "a\t1\nb\n");
    assertEquals(1, run("demo", "--data", file.toString()));
    assertEquals(
        "petacore: " + file + ", line 2: no tab between key and value", err.toString().strip());
    assertEquals(1, run("demo", "--data", directory.resolve("none").toString()));
    assertEquals("petacore: there is no file " + directory.resolve("none"), err.toString().strip());
  }

  @Test
  void aStoreThatDoesNotAnswerIsToldInOneLine() {
    // Port 1 of this machine: nobody listens there.
    assertEquals(
        1, run("status", "--etcd", "127.0.0.1:1", "--namespace", "shop/", "--timeout", "1"));
    List<String> lines = err.toString().lines().toList();
    assertEquals(1, lines.size(), err.toString());
    assertTrue(lines.get(0).startsWith("petacore: etcd at http://127.0.0.1:1 "), lines.get(0));
    assertTrue(lines.get(0).contains("is it running there"), lines.get(0));
  }

  @Test
  void theStatusOfAStoreInMemory() {
    assertEquals(0, run("status"), err::toString);
    assertTrue(out.toString().contains("SYNCED"), out.toString());
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
  void theDemoSellsOutWithoutSellingMore(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("few.tsv");
    Files.writeString(file, "desk\tOak desk\nlamp\tSteel lamp\n");
    assertEquals(
        0,
        run("demo", "--seconds", "1", "--data", file.toString(), "--stock", "20", "--nodes", "2"),
        () -> out + "" + err);
    assertTrue(out.toString().contains("2 items"), out.toString());
  }

  @Test
  void theDemoUnderReadCommittedCountsWhatIsLost() {
    assertEquals(
        0,
        run("demo", "--seconds", "1", "--items", "2", "--isolation", "read-committed"),
        () -> out + "" + err);
    assertTrue(out.toString().contains("updates lost on"), out.toString());
    assertTrue(out.toString().contains("Read Committed allows this"), out.toString());
  }

  @Test
  void aCatalogueCanBeWrittenAndSold(@TempDir Path directory) throws IOException {
    assertEquals(0, run("catalogue", "--items", "50"));
    Path file = directory.resolve("catalogue.tsv");
    Files.writeString(file, out.toString());
    assertEquals(50, Files.readAllLines(file).size());
    assertEquals(0, run("demo", "--seconds", "1", "--nodes", "1", "--data", file.toString()));
    assertTrue(out.toString().contains("50 items"), out.toString());
  }
}
