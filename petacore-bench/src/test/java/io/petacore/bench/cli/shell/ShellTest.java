package io.petacore.bench.cli.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.bench.support.connection.Namespace;
import io.petacore.data.Bytes;
import io.petacore.error.TransactionConflictException;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShellTest {
  private static final Namespace SHOP = new Namespace("shop/");

  private final KvStore store = EmbeddedKvStore.inMemory();
  private final DistributedStorage storage =
      DistributedStorage.builder(store).namespace(SHOP.name()).open();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @AfterEach
  void close() {
    storage.close();
    store.close();
  }

  /** Runs a script and returns the number of failed statements. */
  private long run(String... script) throws IOException {
    try (LineSource lines =
            new PipedLines(
                new StringReader(String.join("\n", script)),
                new PrintWriter(out),
                new PrintWriter(err));
        Statements statements = new Statements(storage, lines, false)) {
      return new Shell(lines, statements).run();
    }
  }

  private List<String> output() {
    return out.toString()
        .lines()
        .map(line -> line.replaceAll("revision \\d+", "revision N"))
        .toList();
  }

  private List<String> errors() {
    return err.toString().lines().toList();
  }

  @Test
  void aWrittenKeyIsRead() throws IOException {
    assertEquals(0, run("put a 1", "get a", "put 'a key' \"a value\"", "get 'a key'", "get none"));
    assertEquals(
        List.of("ok, revision N", "1", "ok, revision N", "\"a value\"", "(absent)"), output());
    assertEquals("a value", storage.read("a key"));
  }

  @Test
  void aDeletedKeyIsAbsent() throws IOException {
    assertEquals(0, run("put a 1", "delete a", "get a"));
    assertEquals("(absent)", output().get(2));
  }

  @Test
  void scansShowARangeInOrderUpToALimit() throws IOException {
    storage.runTransaction(tx -> tx.write("b/2", "2").write("b/1", "1").write("a", "0"));
    assertEquals(0, run("scan", "scan b/", "scan --limit 1", "scan --from a --to b/2", "count b/"));
    assertEquals(
        List.of(
            "a 0",
            "b/1 1",
            "b/2 2",
            "(3 entries)",
            "b/1 1",
            "b/2 2",
            "(2 entries)",
            "a 0",
            "(there are more; --limit shows more than 1)",
            "a 0",
            "b/1 1",
            "(2 entries)",
            "2 keys"),
        output());
  }

  @Test
  void aTransactionIsCommittedAtomically() throws IOException {
    assertEquals(0, run("begin", "put a 1", "put b 2", "get a", "scan", "commit", "get b"));
    assertEquals("1", storage.read("a"));
    assertEquals("2", storage.read("b"));
    assertEquals(
        List.of(
            "begun, snapshot at revision N",
            "ok, in the transaction",
            "ok, in the transaction",
            "1",
            "a 1",
            "b 2",
            "(2 entries)",
            "ok, revision N",
            "2"),
        output());
  }

  @Test
  void aRolledBackTransactionWritesNothing() throws IOException {
    assertEquals(0, run("begin read-committed", "put a 1", "rollback", "get a"));
    assertNull(storage.read("a"));
    assertEquals("(absent)", output().get(3));
  }

  @Test
  void anOpenTransactionIsRolledBackAndReportedAtTheEnd() throws IOException {
    assertEquals(1, run("begin", "put a 1"));
    assertNull(storage.read("a"));
    assertTrue(errors().get(0).endsWith("rolled back: 1 write not committed"), err.toString());
  }

  @Test
  void aConflictIsReportedAndEndsTheTransaction() throws IOException {
    storage.runTransaction(tx -> tx.write("a", "1"));
    try (LineSource lines =
            new PipedLines(new StringReader(""), new PrintWriter(out), new PrintWriter(err));
        Statements statements = new Statements(storage, lines, false)) {
      statements.run(Bytes.utf8("begin"), List.of());
      statements.run(Bytes.utf8("put"), List.of(Bytes.utf8("a"), Bytes.utf8("mine")));
      storage.runTransaction(tx -> tx.write("a", "theirs"));
      RuntimeException conflict =
          assertThrows(
              TransactionConflictException.class,
              () -> statements.run(Bytes.utf8("commit"), List.of()));
      assertTrue(String.valueOf(conflict.getMessage()).contains("'a'"), conflict.getMessage());
      assertFalse(statements.isInTransaction());
    }
    assertEquals("theirs", storage.read("a"));
  }

  @Test
  void anErrorReportsItsLineAndDoesNotEndTheScript() throws IOException {
    assertEquals(
        7,
        run(
            "frobnicate",
            "get",
            "put a",
            "get 'open",
            "commit",
            "begin strict",
            "# a comment",
            "",
            "put \"\\x00reserved\" 1",
            "put a 1",
            "get a",
            "exit",
            "get never"));
    assertEquals(List.of("ok, revision N", "1"), output());
    assertEquals(
        "line 1: unknown statement frobnicate; help lists the statements", errors().get(0));
    assertEquals("line 2: usage: get KEY", errors().get(1));
    assertEquals(
        "line 6: expected serializable, snapshot or read-committed, not 'strict'", errors().get(5));
    assertTrue(errors().get(6).startsWith("line 9: "), errors().get(6));
  }

  @Test
  void helpListsEveryStatementAndStatusShowsTheState() throws IOException {
    assertEquals(0, run("help", "status"));
    for (String name : Statements.names()) {
      assertTrue(out.toString().contains("  " + name + " "), name);
    }
    assertTrue(out.toString().contains("SYNCED"), out.toString());
  }

  @Test
  void aWatchPrintsChangesWithoutInternalKeys() throws Exception {
    BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    Printer printer =
        new Printer() {
          @Override
          public void line(String text) {
            lines.add(text.replaceAll("^\\[\\d+]", "[N]"));
          }

          @Override
          public void error(String text) {
            lines.add("error: " + text);
          }
        };
    try (Statements statements = new Statements(storage, printer, false)) {
      statements.run(Bytes.utf8("watch"), List.of());
      storage.runTransaction(tx -> tx.write("a", "1").write("b c", "2"));
      storage.runTransaction(tx -> tx.delete("a"));
      assertEquals("watching; stop with unwatch", lines.poll(10, TimeUnit.SECONDS));
      assertEquals("[N] put a 1", lines.poll(10, TimeUnit.SECONDS));
      assertEquals("[N] put \"b c\" 2", lines.poll(10, TimeUnit.SECONDS));
      assertEquals("[N] delete a", lines.poll(10, TimeUnit.SECONDS));
      statements.run(Bytes.utf8("watch"), List.of(Bytes.utf8("b")));
      storage.runTransaction(tx -> tx.write("a", "1").write("b", "2"));
      assertEquals("watching; stop with unwatch", lines.poll(10, TimeUnit.SECONDS));
      assertEquals("[N] put b 2", lines.poll(10, TimeUnit.SECONDS));
      store.close();
      String end = String.valueOf(lines.poll(10, TimeUnit.SECONDS));
      assertTrue(end.startsWith("error: the watch ended ("), end);
    }
  }

  @Test
  void resultsAreLinesOfJsonIfAsked() throws IOException {
    try (LineSource lines =
            new PipedLines(
                new StringReader(
                    """
                    put a "\\x00\\xFF"
                    put b 'say "hi"'
                    get a
                    get none
                    scan --limit 1
                    scan b
                    count
                    begin
                    delete a
                    rollback
                    status"""),
                new PrintWriter(out),
                new PrintWriter(err));
        Statements statements = new Statements(storage, lines, true)) {
      assertEquals(0, new Shell(lines, statements).run(), err::toString);
    }
    List<String> json = out.toString().lines().toList();
    assertEquals("{\"committed\":true,\"revision\":N}", json.get(0).replaceAll("\\d+", "N"));
    assertEquals("{\"key\":\"a\",\"value\":{\"base64\":\"AP8=\"}}", json.get(2));
    assertEquals("{\"key\":\"none\",\"value\":null}", json.get(3));
    assertEquals("{\"entries\":1,\"more\":true}", json.get(5));
    assertEquals("{\"key\":\"b\",\"value\":\"say \\\"hi\\\"\"}", json.get(6));
    assertEquals("{\"entries\":1,\"more\":false}", json.get(7));
    assertEquals("{\"keys\":2}", json.get(8));
    assertTrue(json.get(9).startsWith("{\"isolation\":\"snapshot\",\"revision\":"));
    assertEquals("{\"committed\":false}", json.get(10));
    assertEquals("{\"committed\":false}", json.get(11));
    assertTrue(json.get(12).startsWith("{\"state\":\"SYNCED\""), json.get(12));
  }
}
