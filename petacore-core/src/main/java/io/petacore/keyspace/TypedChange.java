package io.petacore.keyspace;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * The change of an entry of a {@link Keyspace}, as {@link Keyspace#decode(
 * io.petacore.subscription.Change)} returns it.
 *
 * @param <K> the key
 * @param <V> the value
 * @param key the key
 * @param before the value that the subscriber knew; null if the key was absent
 * @param after the new value; null if the key was deleted
 */
public record TypedChange<K, V>(K key, @Nullable V before, @Nullable V after) {

  /**
   * Creates a change.
   *
   * @param key the key
   * @param before the value that the subscriber knew; null if the key was absent
   * @param after the new value; null if the key was deleted
   */
  public TypedChange {
    requireNonNull(key, "key");
  }

  /** {@return whether the key is absent after the change} */
  public boolean isDeletion() {
    return after == null;
  }
}
