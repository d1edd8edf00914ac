package io.petacore.keyspace;

import io.petacore.data.Bytes;
import io.petacore.error.ValueFormatException;

/**
 * Reads values. Safe for use by many threads.
 *
 * @param <V> the values; immutable, since readers share them
 */
@FunctionalInterface
public interface Decoder<V> {

  /**
   * Decodes a value.
   *
   * @param key the key of the entry, as it is in the namespace
   * @param value may be empty
   * @return the decoded value; never null
   * @throws ValueFormatException if the value is malformed; a keyspace reports every other {@link
   *     RuntimeException} as the cause of one
   */
  V decode(Bytes key, Bytes value);

  /**
   * Returns whether what is decoded depends on the entry's key. If it does not, a value that was
   * kept decoded is found faster.
   *
   * @return false if {@link #decode} ignores its key but for messages; true by default
   */
  default boolean dependsOnKey() {
    return true;
  }

  /**
   * Estimates the heap footprint of a decoded value; see {@code StorageBuilder.maxDecodedBytes}.
   *
   * @param value the encoded value
   * @return a number of bytes; by default four times the length of the encoded value
   */
  default long estimatedBytes(Bytes value) {
    return 4L * value.length();
  }
}
