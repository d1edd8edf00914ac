package io.petacore.keyspace;

import java.util.Map;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * Finds keys of AES by number. To rotate: add a new key on every node, then make it the current
 * one; remove the old one when everything was written again. Safe for use by many threads.
 */
public interface EncryptionKeys {

  /**
   * Returns the number of the key that encrypts from now on.
   *
   * @return any number; it is stored with each value
   */
  int currentId();

  /**
   * Finds a key.
   *
   * @param id its number
   * @return a key of AES, of 16, 24 or 32 bytes; null if there is none with this number
   */
  @Nullable SecretKey find(int id);

  /**
   * Returns a fixed set of keys.
   *
   * @param currentId the number of the key that encrypts
   * @param keys all keys by number
   * @return the keys
   * @throws IllegalArgumentException if the current key is not among them
   */
  static EncryptionKeys of(int currentId, Map<Integer, ? extends SecretKey> keys) {
    Map<Integer, SecretKey> copy = Map.copyOf(keys);
    if (!copy.containsKey(currentId)) {
      throw new IllegalArgumentException("there is no key with the current number " + currentId);
    }
    return new EncryptionKeys() {
      @Override
      public int currentId() {
        return currentId;
      }

      @Override
      public @Nullable SecretKey find(int id) {
        return copy.get(id);
      }
    };
  }
}
