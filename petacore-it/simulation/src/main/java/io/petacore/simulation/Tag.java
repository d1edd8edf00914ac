package io.petacore.simulation;

import io.petacore.data.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Who wrote a value: an attempt of a transaction. It stands at the end of the value, so that the
 * store's history tells of itself what became of whom.
 */
record Tag(int transaction, int attempt) {

  /** A value with a tag. */
  Bytes on(String payload) {
    return Bytes.utf8(payload + "#" + transaction + "." + attempt);
  }

  /** The tag of a value; null if it has none. */
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

  /** A value without its tag. */
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
