package io.petacore.bench.support.dataset;

import io.petacore.bench.support.console.CommandFailedException;
import io.petacore.bench.support.console.Figures;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A UTF-8 file of entries, one {@code key<TAB>value} per line.
 *
 * <p>The first tab ends the key; the rest of the line, including further tabs, is the value, which
 * may be empty. A line ends with a line feed, optionally preceded by a carriage return; the last
 * line may lack it. In keys and values a tab, line feed, carriage return and backslash are written
 * {@code \t}, {@code \n}, {@code \r} and {@code \\}. A leading byte order mark is skipped.
 *
 * <p>The whole file is read before any entry is used, so an invalid line rejects the file. The
 * entry at index {@code i} is on line {@code i + 1}: no line is skipped.
 */
public final class TsvFile {
  /** Far above the size limits of a store; rejects binary files early. */
  private static final int MAX_LINE_BYTES = 8 << 20;

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  private final String name;
  private final List<Entry> entries = new ArrayList<>();
  private final Map<Bytes, Integer> lineOfKey = new HashMap<>();

  private TsvFile(String name) {
    this.name = name;
  }

  /**
   * Reads the entries of a file, in file order.
   *
   * @throws IOException if it cannot be read
   * @throws CommandFailedException if a line is invalid or the file is empty
   */
  public static List<Entry> read(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new CommandFailedException(file + " is a directory, not a file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return read(file.toString(), in);
    }
  }

  /** Reads the entries of a stream; messages call it {@code name}. */
  static List<Entry> read(String name, InputStream in) throws IOException {
    TsvFile file = new TsvFile(name);
    file.readLines(new BufferedInputStream(in, 1 << 16));
    if (file.entries.isEmpty()) {
      throw new CommandFailedException(name + " is empty: expected lines of key<TAB>value");
    }
    return file.entries;
  }

  private void readLines(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    for (int b = in.read(); b >= 0; b = in.read()) {
      if (b == '\n') {
        addLine(line.toByteArray());
        line.reset();
      } else if (line.size() < MAX_LINE_BYTES) {
        line.write(b);
      } else {
        throw bad("longer than " + Figures.count(MAX_LINE_BYTES) + " bytes");
      }
    }
    if (line.size() > 0) {
      addLine(line.toByteArray());
    }
  }

  private void addLine(byte[] line) {
    int from = entries.isEmpty() && startsWithMark(line) ? BYTE_ORDER_MARK.length : 0;
    int to = line.length > from && line[line.length - 1] == '\r' ? line.length - 1 : line.length;
    int tab = from;
    while (tab < to && line[tab] != '\t') {
      tab++;
    }
    if (from == to) {
      throw bad("the line is empty: expected key<TAB>value");
    }
    if (tab == to) {
      throw bad("no tab between key and value");
    }
    if (tab == from) {
      throw bad("the key before the tab is empty");
    }
    Bytes key = unescaped("key", line, from, tab);
    if (key.byteAt(0) == 0) {
      throw bad("the key begins with a zero byte; such keys are reserved for PetaCore");
    }
    Integer earlier = lineOfKey.putIfAbsent(key, lineNumber());
    if (earlier != null) {
      throw bad("the key " + key + " was already on line " + earlier);
    }
    entries.add(new Entry(key, unescaped("value", line, tab + 1, to)));
  }

  private static boolean startsWithMark(byte[] line) {
    return Bytes.of(line).startsWith(Bytes.of(BYTE_ORDER_MARK));
  }

  private Bytes unescaped(String what, byte[] line, int from, int to) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(to - from);
    for (int i = from; i < to; i++) {
      if (line[i] != '\\') {
        out.write(line[i]);
      } else if (i + 1 == to) {
        throw bad("the " + what + " ends in a lone backslash (a backslash is written \\\\)");
      } else {
        i++;
        out.write(escaped(line[i]));
      }
    }
    Bytes bytes = Bytes.of(out.toByteArray());
    try {
      bytes.toUtf8();
    } catch (IllegalStateException e) {
      throw bad("the " + what + " is not UTF-8");
    }
    return bytes;
  }

  private int escaped(byte letter) {
    return switch (letter) {
      case 't' -> '\t';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case '\\' -> '\\';
      default ->
          throw bad(
              "unknown escape \\"
                  + (letter > ' ' ? Character.toString(letter) : "")
                  + " (known: \\t \\n \\r \\\\)");
    };
  }

  private CommandFailedException bad(String problem) {
    return new CommandFailedException(name + ", line " + lineNumber() + ": " + problem);
  }

  private int lineNumber() {
    return entries.size() + 1;
  }

  /**
   * Formats an entry as a line without a line end, the inverse of reading. If the first key of a
   * file starts with a byte order mark, write another one before it, since the reader skips one.
   *
   * @throws IllegalStateException if the key or the value is not UTF-8
   */
  public static String line(Entry entry) {
    return escape(entry.key().toUtf8()) + "\t" + escape(entry.value().toUtf8());
  }

  private static String escape(String text) {
    return text.replace("\\", "\\\\")
        .replace("\t", "\\t")
        .replace("\n", "\\n")
        .replace("\r", "\\r");
  }
}
