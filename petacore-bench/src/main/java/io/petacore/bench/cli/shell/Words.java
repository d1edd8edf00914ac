package io.petacore.bench.cli.shell;

import io.petacore.data.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The syntax of keys and values in the shell. Words are separated by blanks. A word with blanks,
 * quotes, backslashes or bytes that are not UTF-8 is written in double quotes, with the escapes
 * {@code \"}, {@code \\}, {@code \n}, {@code \t}, {@code \r} and {@code \xHH} (one byte). Single
 * quotes have no escapes. {@link #parse} is the inverse of {@link #format}.
 */
final class Words {
  private final String line;
  private int at;

  private Words(String line) {
    this.line = line;
  }

  /**
   * Splits a line into words.
   *
   * @throws IllegalArgumentException if a quote is not closed or an escape is unknown
   */
  static List<Bytes> parse(String line) {
    return new Words(line).split();
  }

  private List<Bytes> split() {
    List<Bytes> words = new ArrayList<>();
    skipBlanks();
    while (at < line.length()) {
      words.add(word());
      skipBlanks();
    }
    return words;
  }

  private void skipBlanks() {
    while (at < line.length() && Character.isWhitespace(line.charAt(at))) {
      at++;
    }
  }

  private Bytes word() {
    ByteArrayOutputStream word = new ByteArrayOutputStream();
    while (at < line.length() && !Character.isWhitespace(line.charAt(at))) {
      char c = line.charAt(at);
      if (c == '\'' || c == '"') {
        at++;
        quoted(c, word);
      } else {
        plain(word);
      }
    }
    return Bytes.of(word.toByteArray());
  }

  private void quoted(char quote, ByteArrayOutputStream word) {
    while (at < line.length() && line.charAt(at) != quote) {
      if (quote == '"' && line.charAt(at) == '\\') {
        escape(word);
      } else {
        plain(word);
      }
    }
    if (at == line.length()) {
      throw new IllegalArgumentException("a quote " + quote + " is not closed");
    }
    at++;
  }

  private void plain(ByteArrayOutputStream word) {
    int codePoint = line.codePointAt(at);
    at += Character.charCount(codePoint);
    word.writeBytes(Bytes.utf8(Character.toString(codePoint)).toByteArray());
  }

  private void escape(ByteArrayOutputStream word) {
    char letter = at + 1 < line.length() ? line.charAt(at + 1) : ' ';
    at += 2;
    switch (letter) {
      case '"', '\\' -> word.write(letter);
      case 'n' -> word.write('\n');
      case 't' -> word.write('\t');
      case 'r' -> word.write('\r');
      case 'x' -> {
        word.write(hexadecimal());
        at += 2;
      }
      default ->
          throw new IllegalArgumentException(
              "unknown escape \\" + letter + " (known: \\\" \\\\ \\n \\t \\r \\xHH)");
    }
  }

  private int hexadecimal() {
    int high = at < line.length() ? Character.digit(line.charAt(at), 16) : -1;
    int low = at + 1 < line.length() ? Character.digit(line.charAt(at + 1), 16) : -1;
    if (high < 0 || low < 0) {
      throw new IllegalArgumentException("\\x needs two hexadecimal digits");
    }
    return high << 4 | low;
  }

  /** Formats a key or value as a word, quoted if necessary. */
  static String format(Bytes bytes) {
    String text = textOf(bytes);
    if (text != null && !text.isEmpty() && text.chars().noneMatch(Words::needsQuotes)) {
      return text;
    }
    StringBuilder quoted = new StringBuilder("\"");
    if (text != null) {
      text.codePoints().forEach(c -> appendEscaped(quoted, c));
    } else {
      for (byte b : bytes.toByteArray()) {
        appendByte(quoted, b);
      }
    }
    return quoted.append('"').toString();
  }

  private static @Nullable String textOf(Bytes bytes) {
    try {
      return bytes.toUtf8();
    } catch (IllegalStateException e) {
      return null;
    }
  }

  private static boolean needsQuotes(int c) {
    return Character.isWhitespace(c)
        || Character.isISOControl(c)
        || c == '"'
        || c == '\''
        || c == '\\';
  }

  private static void appendEscaped(StringBuilder quoted, int c) {
    switch (c) {
      case '"', '\\' -> quoted.append('\\').appendCodePoint(c);
      case '\n' -> quoted.append("\\n");
      case '\t' -> quoted.append("\\t");
      case '\r' -> quoted.append("\\r");
      default -> {
        if (Character.isISOControl(c)) {
          for (byte b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
            appendHexadecimal(quoted, b);
          }
        } else {
          quoted.appendCodePoint(c);
        }
      }
    }
  }

  private static void appendByte(StringBuilder quoted, byte b) {
    if (b >= ' ' && b < 127) {
      appendEscaped(quoted, b);
    } else {
      appendHexadecimal(quoted, b);
    }
  }

  private static void appendHexadecimal(StringBuilder quoted, byte b) {
    quoted.append("\\x").append(HexFormat.of().toHexDigits(b));
  }
}
