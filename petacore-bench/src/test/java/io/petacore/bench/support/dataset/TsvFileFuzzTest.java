package io.petacore.bench.support.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.bench.support.console.CommandFailedException;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.testing.Mutations;
import io.petacore.testing.Seeds;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every input is read and written back unchanged, or rejected with its line. */
class TsvFileFuzzTest {

  private static final int INPUTS = 100_000;

  private static final List<byte[]> EXAMPLES =
      List.of(
          "stock/anvil\t3\nstock/rocket\t1\n".getBytes(UTF_8),
          "\ufeffLämpchen\tempty follows\r\nb\t\r\nc\td\te".getBytes(UTF_8),
          "tab\\tline\\nreturn\\rback\\\\\t\\t\\n\\r\\\\\n\ud83d\ude80\t\ud83d\ude80"
              .getBytes(UTF_8));

  @Test
  void everyInputIsReadOrRejected() throws IOException {
    long seed = Seeds.one();
    Mutations mutations =
        new Mutations(new Random(seed), EXAMPLES, "\t\n\r\\tnr\0".getBytes(UTF_8));
    int read = 0;
    for (int i = 0; i < INPUTS; i++) {
      byte[] input = mutations.next();
      try {
        List<Entry> entries = TsvFile.read("f", new ByteArrayInputStream(input));
        read++;
        assertGood(entries);
      } catch (CommandFailedException rejected) {
        String message = String.valueOf(rejected.getMessage());
        assertTrue(message.matches("(?s)f(, line \\d+:| is empty).*"), message);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(Bytes.of(input) + Seeds.replay(seed), e);
      }
    }
    assertTrue(read > INPUTS / 100, "too few inputs are valid");
  }

  /**
   * Asserts that keys are distinct and not reserved, and that writing and reading returns the
   * entries.
   */
  private static void assertGood(List<Entry> entries) throws IOException {
    Set<Bytes> keys = new HashSet<>();
    for (Entry entry : entries) {
      assertTrue(!entry.key().isEmpty() && entry.key().byteAt(0) != 0);
      assertTrue(keys.add(entry.key()), "duplicate key");
    }
    String mark = "\ufeff"; // skipped by the reader, in case the first key starts with one
    String lines =
        entries.stream().map(TsvFile::line).collect(Collectors.joining("\n", mark, "\n"));
    assertEquals(
        entries, TsvFile.read("f", new ByteArrayInputStream(lines.getBytes(UTF_8))), lines);
  }
}
