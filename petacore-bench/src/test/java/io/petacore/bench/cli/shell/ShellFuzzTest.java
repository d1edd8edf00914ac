package io.petacore.bench.cli.shell;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.bench.support.connection.Namespace;
import io.petacore.data.Bytes;
import io.petacore.error.TransactionConflictException;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.testing.Mutations;
import io.petacore.testing.Seeds;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every input is a valid statement or is rejected with a message. */
class ShellFuzzTest {

  private static final int LINES = 100_000;
  private static final int STATEMENTS = 20_000;

  private static final List<byte[]> EXAMPLES =
      Stream.of(
              "get a",
              "put 'a key' \"a \\x00\\xff\\n\\t\\r\\\\\\\" value\"",
              "put a 1",
              "delete a",
              "scan",
              "scan a --limit 3",
              "scan --limit \"\\xff\"",
              "scan --from a --to \"\\xff\" --limit 10",
              "count a",
              "begin",
              "begin snapshot",
              "begin read-committed",
              "commit",
              "rollback",
              "watch a",
              "unwatch",
              "status",
              "help",
              "# a comment",
              "put \ud83d\ude80 Lämpchen")
          .map(line -> line.getBytes(UTF_8))
          .toList();

  private static Mutations mutations(long seed) {
    return new Mutations(new Random(seed), EXAMPLES, " '\"\\x09afnrt-#\0".getBytes(UTF_8));
  }

  /** Parsing a formatted word returns it. */
  @Test
  void everyLineIsParsedOrRejected() {
    long seed = Seeds.one();
    Mutations mutations = mutations(seed);
    int split = 0;
    for (int i = 0; i < LINES; i++) {
      String line = new String(mutations.next(), UTF_8);
      try {
        for (Bytes word : Words.parse(line)) {
          assertEquals(List.of(word), Words.parse(Words.format(word)));
          split++;
        }
      } catch (IllegalArgumentException rejected) {
        assertTrue(!String.valueOf(rejected.getMessage()).isBlank());
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("line " + line + Seeds.replay(seed), e);
      }
    }
    assertTrue(split > LINES, "too few words were parsed");
  }

  /** A statement fails only with an exception that has a message for the user. */
  @Test
  void everyStatementIsRunOrRejected() throws IOException {
    long seed = Seeds.one();
    Mutations mutations = mutations(seed);
    StringWriter out = new StringWriter();
    PrintWriter printer = new PrintWriter(out);
    Namespace namespace = new Namespace("shop/");
    try (EmbeddedKvStore store = EmbeddedKvStore.inMemory();
        DistributedStorage storage =
            DistributedStorage.builder(store).namespace(namespace.name()).open();
        LineSource lines = new PipedLines(new StringReader(""), printer, printer);
        Statements statements = new Statements(storage, lines, false)) {
      for (int i = 0; i < STATEMENTS; i++) {
        String line = new String(mutations.next(), UTF_8);
        try {
          List<Bytes> words = Words.parse(line);
          if (!words.isEmpty()) {
            statements.run(words.get(0), words.subList(1, words.size()));
          }
        } catch (IllegalArgumentException | TransactionConflictException documented) {
          assertTrue(!String.valueOf(documented.getMessage()).isBlank());
        } catch (IllegalStateException e) {
          assertTrue(
              String.valueOf(e.getMessage())
                  .matches(
                      "a transaction is already open.*|no transaction is open.*|no watch is.*"),
              () -> "line " + line + ": " + e + Seeds.replay(seed));
        } catch (RuntimeException | AssertionError e) {
          throw new AssertionError("line " + line + Seeds.replay(seed), e);
        }
        out.getBuffer().setLength(0);
      }
      assertTrue(storage.isSynced());
    }
  }
}
