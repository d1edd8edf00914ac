package io.petacore.bench.support.console;

import io.petacore.data.Bytes;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Formats values as JSON (RFC 8259), in one line. */
public final class Json {
  private Json() {}

  /**
   * Formats a value.
   *
   * @param value a map with string keys, an iterable, a number, a boolean, null, {@link Bytes}, or
   *     anything else for its text. Bytes are a string if they are UTF-8, and otherwise an object
   *     with the member {@code base64}
   */
  public static String of(@Nullable Object value) {
    StringBuilder json = new StringBuilder();
    append(json, value);
    return json.toString();
  }

  /**
   * Returns an object with members in their order.
   *
   * @param members names and values in turn
   */
  public static Map<String, @Nullable Object> object(@Nullable Object... members) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    for (int i = 0; i < members.length; i += 2) {
      object.put(String.valueOf(members[i]), members[i + 1]);
    }
    return object;
  }

  private static void append(StringBuilder json, @Nullable Object value) {
    if (value == null || value instanceof Number || value instanceof Boolean) {
      json.append(value);
    } else if (value instanceof Map<?, ?> map) {
      appendObject(json, map);
    } else if (value instanceof Iterable<?> items) {
      json.append('[');
      String separator = "";
      for (Object item : items) {
        json.append(separator);
        append(json, item);
        separator = ",";
      }
      json.append(']');
    } else if (value instanceof Bytes bytes) {
      appendBytes(json, bytes);
    } else {
      appendString(json, value.toString());
    }
  }

  private static void appendObject(StringBuilder json, Map<?, ?> map) {
    json.append('{');
    String separator = "";
    for (Map.Entry<?, ?> member : map.entrySet()) {
      json.append(separator);
      appendString(json, String.valueOf(member.getKey()));
      json.append(':');
      append(json, member.getValue());
      separator = ",";
    }
    json.append('}');
  }

  private static void appendBytes(StringBuilder json, Bytes bytes) {
    String text;
    try {
      text = bytes.toUtf8();
    } catch (IllegalStateException e) { // not UTF-8
      append(json, object("base64", Base64.getEncoder().encodeToString(bytes.toByteArray())));
      return;
    }
    appendString(json, text);
  }

  private static void appendString(StringBuilder json, String text) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> json.append('\\').append(c);
        case '\n' -> json.append("\\n");
        case '\r' -> json.append("\\r");
        case '\t' -> json.append("\\t");
        default -> {
          if (c < ' ') {
            json.append(String.format("\\u%04x", (int) c));
          } else {
            json.append(c);
          }
        }
      }
    }
    json.append('"');
  }
}
