package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.internal.format.Limits;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A secondary index: its definition, and its entries in a tree of their own.
 *
 * <p>The entries are version chains under their {@linkplain IndexKeys positions}, written in the
 * same revision as the change that causes them, and published with it. So visibility, history and
 * scans are those of keys. They are in no other index, so that nothing else meets them: neither
 * scans and counts of keys, nor commit checks, nor the comparison with a loaded state.
 */
public final class SecondaryIndex {

  private final IndexDefinition definition;
  final OrderedIndex tree = new OrderedIndex();

  SecondaryIndex(IndexDefinition definition) {
    this.definition = definition;
  }

  /** The name of the index. */
  public String name() {
    return definition.name();
  }

  /** Whether no two entries may have the same index key. */
  public boolean isUnique() {
    return definition.unique();
  }

  /** Whether the index covers a key. */
  public boolean covers(Bytes key) {
    return definition.range().contains(key);
  }

  /**
   * Returns the index keys of an entry, each once; none if the function fails.
   *
   * @param onFailure receives what the function has failed with
   */
  public List<Bytes> keysOf(Bytes key, Bytes value, Consumer<Throwable> onFailure) {
    try {
      return distinct(definition.function().indexKeysOf(new Entry(key, value)));
    } catch (Exception | StackOverflowError | LinkageError | AssertionError failure) {
      // Other errors, of memory, may not recur: the caller's step fails and is begun again.
      onFailure.accept(failure);
      return List.of();
    }
  }

  private static List<Bytes> distinct(Collection<Bytes> returned) {
    Objects.requireNonNull(returned, "the index function returned null");
    List<Bytes> keys = List.copyOf(returned); // refuses null elements
    for (Bytes key : keys) {
      if (Limits.isTooLong(key)) {
        throw new IllegalArgumentException(
            "an index key has " + key.length() + " bytes; the limit is " + Limits.MAX_KEY_BYTES);
      }
    }
    return keys.size() < 2 ? keys : List.copyOf(new LinkedHashSet<>(keys));
  }
}
