package io.petacore.bench.support.dataset;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.bench.support.console.CommandFailedException;
import io.petacore.bench.support.console.ErrorLine;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class TsvFileTest {

  private static List<Entry> read(byte[] content) throws IOException {
    return TsvFile.read("stock.tsv", new ByteArrayInputStream(content));
  }

  private static List<Entry> read(String content) throws IOException {
    return read(content.getBytes(UTF_8));
  }

  private static Entry entry(String key, String value) {
    return new Entry(Bytes.utf8(key), Bytes.utf8(value));
  }

  private record Invalid(String name, Bytes content, String problem) {
    Invalid(String name, String content, String problem) {
      this(name, Bytes.utf8(content), problem);
    }
  }

  @TestFactory
  Stream<DynamicTest> invalidLinesAreReported() {
    return Stream.of(
            new Invalid("no tab", "a\tb\nc d\n", "line 2: no tab between key and value"),
            new Invalid("no tab at the end", "a\tb\nc", "line 2: no tab between key and value"),
            new Invalid("empty line", "a\tb\n\nc\td\n", "line 2: the line is empty"),
            new Invalid("empty line, carriage return", "\r\na\tb", "line 1: the line is empty"),
            new Invalid("empty key", "\tvalue\n", "line 1: the key before the tab is empty"),
            new Invalid(
                "reserved key", "a\t1\n\0c\t2\n", "line 2: the key begins with a zero byte"),
            new Invalid(
                "key twice", "a\t1\nb\t2\na\t3\n", "line 3: the key 'a' was already on line 1"),
            new Invalid(
                "key twice by escape", "a\\\\b\t1\na\\\\b\t2", "line 2: the key 'a\\b' was"),
            new Invalid("unknown escape", "a\tb\\q\n", "line 1: unknown escape \\q"),
            new Invalid("lone backslash", "a\tb\\\n", "line 1: the value ends in a lone backslash"),
            new Invalid(
                "lone backslash, key", "a\\\tb\n", "line 1: the key ends in a lone backslash"),
            new Invalid(
                "value not UTF-8",
                Bytes.of("a\t1\nb\t\u00e9\n".getBytes(ISO_8859_1)),
                "line 2: the value is not UTF-8"),
            new Invalid(
                "key not UTF-8",
                Bytes.of("\u00e9\t1\n".getBytes(ISO_8859_1)),
                "line 1: the key is not UTF-8"),
            new Invalid(
                "binary file", Bytes.of(new byte[9 << 20]), "line 1: longer than 8,388,608 bytes"),
            new Invalid("empty file", "", "stock.tsv is empty"))
        .map(
            invalid ->
                DynamicTest.dynamicTest(
                    invalid.name,
                    () -> {
                      String message =
                          ErrorLine.of(
                              assertThrows(
                                  CommandFailedException.class,
                                  () -> read(invalid.content.toByteArray())));
                      assertTrue(
                          message.contains(invalid.problem) && message.contains("stock.tsv"),
                          message);
                    }));
  }

  @Test
  void entriesAreInLineOrder() throws IOException {
    assertEquals(List.of(entry("b", "2"), entry("a", "1")), read("b\t2\na\t1\n"));
  }

  @Test
  void theLastLineEndIsOptionalAndAValueMayBeEmpty() throws IOException {
    assertEquals(List.of(entry("a", ""), entry("b", "2")), read("a\t\nb\t2"));
  }

  @Test
  void furtherTabsArePartOfTheValue() throws IOException {
    assertEquals(List.of(entry("a", "1\t2\t3")), read("a\t1\t2\t3\n"));
  }

  @Test
  void carriageReturnsAndAByteOrderMarkAreSkipped() throws IOException {
    assertEquals(List.of(entry("a", "1"), entry("b", "2")), read("\ufeffa\t1\r\nb\t2\r\n"));
  }

  @Test
  void escapesAreDecoded() throws IOException {
    assertEquals(
        List.of(entry("tab\there", "line\nfeed\rreturn\\")),
        read("tab\\there\tline\\nfeed\\rreturn\\\\\n"));
  }

  @Test
  void readIsTheInverseOfWrite() throws IOException {
    List<Entry> entries =
        List.of(entry("k\t1", "a\\n\nb\r"), entry("schlüssel", ""), entry("\\", "\t\t"));
    StringBuilder content = new StringBuilder();
    entries.forEach(entry -> content.append(TsvFile.line(entry)).append('\n'));
    assertEquals(entries, read(content.toString()));
  }

  @Test
  void aDirectoryAndAMissingFileAreRejected(@TempDir Path directory) throws IOException {
    assertThrows(CommandFailedException.class, () -> TsvFile.read(directory));
    assertThrows(NoSuchFileException.class, () -> TsvFile.read(directory.resolve("none.tsv")));
    Path file = directory.resolve("one.tsv");
    Files.writeString(file, "a\t1\n");
    assertEquals(List.of(entry("a", "1")), TsvFile.read(file));
  }

  @Test
  void theSameSeedGivesTheSameCatalogue() {
    List<Entry> catalogue = Catalogue.generate(1000, 7);
    assertEquals(catalogue, Catalogue.generate(1000, 7));
    assertEquals(1000, catalogue.stream().map(Entry::key).distinct().count());
    assertEquals(
        catalogue.stream().map(Entry::key).sorted().toList(),
        catalogue.stream().map(Entry::key).toList());
  }
}
