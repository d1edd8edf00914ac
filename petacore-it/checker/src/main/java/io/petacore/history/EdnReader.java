package io.petacore.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads EDN (github.com/edn-format/edn), as far as histories need it: nil, booleans, integers,
 * floating-point numbers, strings, keywords, symbols, vectors, lists, and maps. Tags are ignored.
 */
final class EdnReader {

  /** A name with a leading colon. */
  record Keyword(String name) {}

  /** A name. */
  record Symbol(String name) {}

  private static final String DELIMITERS = "()[]{}\";";

  private final String text;
  private int position;

  EdnReader(String text) {
    this.text = text;
  }

  /** Returns all values of the text. */
  List<@Nullable Object> readAll() {
    List<@Nullable Object> all = new ArrayList<>();
    while (!atEnd()) {
      all.add(read());
    }
    return all;
  }

  private boolean atEnd() {
    while (position < text.length()) {
      char c = text.charAt(position);
      if (c == ';') {
        int end = text.indexOf('\n', position);
        position = end < 0 ? text.length() : end;
      } else if (Character.isWhitespace(c) || c == ',') {
        position++;
      } else {
        return false;
      }
    }
    return true;
  }

  private @Nullable Object read() {
    if (atEnd()) {
      throw wrong("ends too early");
    }
    char c = text.charAt(position);
    switch (c) {
      case '"' -> {
        return string();
      }
      case '[', '(' -> {
        return sequence(c == '[' ? ']' : ')');
      }
      case '{' -> {
        return map();
      }
      case '#' -> {
        position++;
        atom(); // a tag
        return read();
      }
      default -> {
        return value(atom());
      }
    }
  }

  private List<@Nullable Object> sequence(char end) {
    List<@Nullable Object> all = new ArrayList<>();
    position++;
    while (true) {
      if (atEnd()) {
        throw wrong("has no " + end);
      }
      if (text.charAt(position) == end) {
        position++;
        return all;
      }
      all.add(read());
    }
  }

  private Map<@Nullable Object, @Nullable Object> map() {
    List<@Nullable Object> all = sequence('}');
    if (all.size() % 2 != 0) {
      throw wrong("has a key without a value");
    }
    Map<@Nullable Object, @Nullable Object> map = new HashMap<>();
    for (int i = 0; i < all.size(); i += 2) {
      map.put(all.get(i), all.get(i + 1));
    }
    return map;
  }

  private String string() {
    StringBuilder string = new StringBuilder();
    for (position++; position < text.length(); position++) {
      char c = text.charAt(position);
      if (c == '"') {
        position++;
        return string.toString();
      }
      string.append(c == '\\' ? escaped() : c);
    }
    throw wrong("has no end of a string");
  }

  private char escaped() {
    position++;
    char c = position < text.length() ? text.charAt(position) : ' ';
    return switch (c) {
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'n' -> '\n';
      case 'b' -> '\b';
      case 'f' -> '\f';
      case '\\', '"' -> c;
      case 'u' -> {
        if (position + 4 >= text.length()) {
          throw wrong("ends too early");
        }
        position += 4;
        yield (char) Integer.parseInt(text.substring(position - 3, position + 1), 16);
      }
      default -> throw wrong("has an unknown escape");
    };
  }

  private String atom() {
    int begin = position;
    while (position < text.length()
        && !Character.isWhitespace(text.charAt(position))
        && text.charAt(position) != ','
        && DELIMITERS.indexOf(text.charAt(position)) < 0) {
      position++;
    }
    if (begin == position) {
      throw wrong("has an unexpected " + text.charAt(position));
    }
    return text.substring(begin, position);
  }

  private @Nullable Object value(String atom) {
    if (atom.equals("nil")) {
      return null;
    }
    if (atom.equals("true") || atom.equals("false")) {
      return atom.equals("true");
    }
    if (atom.startsWith(":")) {
      return new Keyword(atom.substring(1));
    }
    if (atom.matches("[+-]?[0-9]+N?")) {
      return Long.valueOf(atom.replace("N", ""));
    }
    if (atom.matches("[+-]?[0-9].*")) {
      return Double.valueOf(atom.replace("M", ""));
    }
    return new Symbol(atom);
  }

  private IllegalArgumentException wrong(String what) {
    return new IllegalArgumentException("the EDN " + what + ", at character " + position);
  }
}
