package io.petacore.bench.demo;

import io.petacore.data.Bytes;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/** Describes how the contents of two nodes differ. */
final class Differences {
  private Differences() {}

  /** Describes the number of entries and the first difference of each kind of entry. */
  static String between(Inventory node, Inventory first) {
    StringBuilder words = new StringBuilder();
    words.append(node.entries()).append(" entries, ");
    words.append(first.node()).append(" has ").append(first.entries());
    describe(words, "stock of ", node.left(), first.left());
    describe(words, "order ", node.orders(), first.orders());
    describe(words, "item ", node.descriptions(), first.descriptions());
    return words.toString();
  }

  private static <V> void describe(
      StringBuilder words, String what, Map<Bytes, V> here, Map<Bytes, V> there) {
    TreeSet<Bytes> keys = new TreeSet<>(here.keySet());
    keys.addAll(there.keySet());
    for (Bytes key : keys) {
      V mine = here.get(key);
      V theirs = there.get(key);
      if (!Objects.equals(mine, theirs)) {
        words.append(", e.g. ").append(what).append(key).append(": ");
        words.append(mine == null ? "absent" : mine).append(", not ");
        words.append(theirs == null ? "absent" : theirs);
        return;
      }
    }
  }
}
