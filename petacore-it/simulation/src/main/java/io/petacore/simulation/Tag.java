package io.petacore.simulation;

import io.petacore.data.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Identifies the attempt of a transaction that wrote a value. It is appended to the value, so the
 * history of the store shows which attempts were applied.
 */
record Tag(int transaction, int attempt) {

  /** Returns a value with this tag. */
  Bytes on(String payload) {
    return Bytes.utf8(payload + "#" + transaction + "." + attempt);
  }

  /** Returns the tag of a value, or null if it has none. */
  static @Nullable Tag of(Bytes value) {
    String text = value.toUtf8();
    int sharp = text.lastIndexOf('#');
    int dot = text.lastIndexOf('.');
    return sharp < 0
        ? null
        : new Tag(
            Integer.parseInt(text.substring(sharp + 1, dot)),
            Integer.parseInt(text.substring(dot + 1)));
  }

  /** Returns a value without its tag. */
  static String payload(Bytes value) {
    String text = value.toUtf8();
    int sharp = text.lastIndexOf('#');
    return sharp < 0 ? text : text.substring(0, sharp);
  }

  @Override
  public String toString() {
    return "T" + transaction + "." + attempt;
  }
}
