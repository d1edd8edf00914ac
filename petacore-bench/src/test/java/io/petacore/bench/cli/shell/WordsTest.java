package io.petacore.bench.cli.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WordsTest {

  private static List<Bytes> words(String... words) {
    return List.of(words).stream().map(Bytes::utf8).toList();
  }

  @Test
  void blanksSeparateWords() {
    assertEquals(words("put", "a", "1"), Words.parse("  put a\t 1 "));
    assertEquals(List.of(), Words.parse("   "));
  }

  @Test
  void quotesPreserveBlanksAndTheEmptyWord() {
    assertEquals(words("a key", "", "it's"), Words.parse("\"a key\" '' \"it's\""));
    assertEquals(words("back\\slash"), Words.parse("'back\\slash'"));
    assertEquals(words("joined up"), Words.parse("joined\" up\""));
    assertEquals(words("back\\slash"), Words.parse("back\\slash"));
  }

  @Test
  void escapesInDoubleQuotes() {
    assertEquals(words("\"\\\n\t\r"), Words.parse("\"\\\"\\\\\\n\\t\\r\""));
    assertEquals(List.of(Bytes.of((byte) 0xff, (byte) 0x00)), Words.parse("\"\\xff\\x00\""));
  }

  @Test
  void invalidLinesAreRejected() {
    for (String bad :
        List.of("\"open", "'open", "\"\\q\"", "\"\\x1\"", "\"\\xgg\"", "\"\\", "\"\\x")) {
      assertThrows(IllegalArgumentException.class, () -> Words.parse(bad), bad);
    }
  }

  @Test
  void plainWordsAreNotQuoted() {
    assertEquals("item/42", Words.format(Bytes.utf8("item/42")));
    assertEquals("größe", Words.format(Bytes.utf8("größe")));
    assertEquals("\"\"", Words.format(Bytes.EMPTY));
    assertEquals("\"a b\"", Words.format(Bytes.utf8("a b")));
    assertEquals("\"\\xff\"", Words.format(Bytes.of((byte) 0xff)));
    assertEquals("\"\\x00c\"", Words.format(Bytes.utf8("\0c")));
  }

  @Test
  void parseIsTheInverseOfFormat() {
    Random random = new Random(42);
    for (int i = 0; i < 5_000; i++) {
      byte[] bytes = new byte[random.nextInt(12)];
      random.nextBytes(bytes);
      Bytes word = Bytes.of(bytes);
      assertEquals(List.of(word), Words.parse(Words.format(word)), Words.format(word));
    }
    for (String text :
        List.of("a\u00a0b", "\u0085", "\ud83d\ude00 x", "# no comment", "'", "\u2028")) {
      assertEquals(words(text), Words.parse(Words.format(Bytes.utf8(text))), text);
    }
  }

  @Test
  void scanOptionsAreParsed() {
    assertEquals(new Scan(KeyRange.atLeast(Bytes.of((byte) 1)), 100), Scan.of(words()));
    assertEquals(new Scan(KeyRange.prefix("a"), 5), Scan.of(words("a", "--limit", "5")));
    assertEquals(
        new Scan(KeyRange.closedOpen("a", "b"), 100), Scan.of(words("--to", "b", "--from", "a")));
  }

  @Test
  void invalidScanOptionsAreRejected() {
    for (String bad :
        List.of("a b", "--limit", "--limit 0", "--limit -1", "--limit x", "a --from b", "--to")) {
      assertThrows(IllegalArgumentException.class, () -> Scan.of(Words.parse(bad)), bad);
    }
    assertThrows(IllegalArgumentException.class, () -> Scan.of(words("--from", "b", "--to", "a")));
  }
}
