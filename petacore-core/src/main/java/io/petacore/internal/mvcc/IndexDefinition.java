package io.petacore.internal.mvcc;

import static java.util.Objects.requireNonNull;

import io.petacore.data.IndexFunction;
import io.petacore.data.KeyRange;
import io.petacore.internal.format.ReservedKeys;
import java.util.regex.Pattern;

/**
 * The definition of a secondary index.
 *
 * @param name up to 64 letters, digits, {@code .}, {@code _} and {@code -}
 * @param range the keys that it indexes; reserved ones are left out
 * @param function computes index keys
 * @param unique whether no two entries may have the same index key
 */
public record IndexDefinition(String name, KeyRange range, IndexFunction function, boolean unique) {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  /**
   * @throws IllegalArgumentException if the name is not valid
   */
  public IndexDefinition {
    requireNonNull(name, "name");
    requireNonNull(function, "function");
    range = ReservedKeys.visible(requireNonNull(range, "range"));
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "the name of an index consists of 1 to 64 ASCII letters, digits, '.', '_' and '-': '"
              + name
              + "'");
    }
  }
}
