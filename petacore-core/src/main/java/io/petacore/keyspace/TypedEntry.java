package io.petacore.keyspace;

/**
 * A key with its value, as a scan of a {@link Keyspace} returns them.
 *
 * @param <K> the key
 * @param <V> the value
 * @param key never null
 * @param value never null; shared with other readers, so it must not be changed
 */
public record TypedEntry<K, V>(K key, V value) {}
