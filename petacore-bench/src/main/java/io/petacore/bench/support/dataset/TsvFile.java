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
 * A file of entries: UTF-8, one {@code key<TAB>value} on each line.
 *
 * <p>The first tab ends the key; the rest of the line, further tabs included, is the value, which
 * may be empty. A line ends with a line feed, or a carriage return and a line feed; the last one
 * need not. What a key or value holds of these is written as {@code \t}, {@code \n}, {@code \r},
 * and a backslash as {@code \\}. A byte order mark at the beginning is skipped.
 *
 * <p>A file is read whole before anything is done with it, so a bad line anywhere means that
 * nothing of the file is used. The line of the entry at index {@code i} is {@code i + 1}, always:
 * no line is skipped.
 */
public final class TsvFile {
  /** Far above what a store takes; ends the reading of a file that is no text at all. */
  private static final int MAX_LINE_BYTES = 8 << 20;

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  private final String name;
  private final List<Entry> entries = new ArrayList<>();
  private final Map<Bytes, Integer> lineOfKey = new HashMap<>();

  private TsvFile(String name) {
    this.name = name;
  }

  /**
   * The entries of a file, in its order.
   *
   * @throws IOException if it can't be read
   * @throws CommandFailedException if it has a bad line, or none at all
   */
  public static List<Entry> read(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new CommandFailedException(file + " is a directory, not a file of entries");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return read(file.toString(), in);
    }
  }

  /** The entries that a stream holds; {@code name} stands for it in messages. */
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
   * An entry as a line, without its end; reading it gives the entry back. (A file whose very first
   * key begins with a byte order mark needs one more in front, since one is skipped there.)
   *
   * @throws IllegalStateException if key or value are not UTF-8
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
