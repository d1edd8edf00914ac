package io.petacore.subscription;

import static java.util.Objects.requireNonNull;

import io.petacore.data.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The change of one key.
 *
 * @param key the key
 * @param before the value that the subscriber knew; null if the key was absent
 * @param after the new value; null if the key was deleted
 */
public record Change(Bytes key, @Nullable Bytes before, @Nullable Bytes after) {

  /**
   * Creates a change.
   *
   * @param key the key
   * @param before the value that the subscriber knew; null if the key was absent
   * @param after the new value; null if the key was deleted
   */
  public Change {
    requireNonNull(key, "key");
  }

  /**
   * Returns whether the key is absent after the change.
   *
   * @return true if {@link #after} is null
   */
  public boolean isDeletion() {
    return after == null;
  }
}
