package io.petacore.bench.peers;

import org.jspecify.annotations.Nullable;

/**
 * A system that PetaCore is compared with. All peers have the same keys and values, prepared in the
 * form that the peer reads fastest. Keys are identified by their index in key order.
 *
 * <p>Not thread-safe. A peer's class path shares only the classes of this package with PetaCore's.
 */
public interface Peer {

  /** Describes the peer and its guarantees. */
  PeerDescription description();

  /** The server that the peer requires, one of {@link Servers}; null for none. */
  default @Nullable String server() {
    return null;
  }

  /**
   * Opens the peer and stores the entries.
   *
   * @param names the keys, in ascending order
   * @param values the value of each key
   */
  void open(String[] names, byte[][] values) throws Exception;

  /**
   * Reads one key.
   *
   * @return the value; null if the key is absent
   */
  @Nullable Object read(int key) throws Exception;

  /**
   * Reads several keys in one snapshot; only if {@link PeerDescription#isSnapshot}.
   *
   * @param found receives the value of each key, null if absent
   */
  default void readSnapshot(int[] keys, @Nullable Object[] found) throws Exception {
    throw new UnsupportedOperationException("no snapshots");
  }

  /** Whether {@link #scan} is supported. */
  default boolean isOrdered() {
    return false;
  }

  /**
   * Reads keys and values in key order.
   *
   * @return a sum over the first byte of each key and value
   */
  default long scan(int from, int count) throws Exception {
    throw new UnsupportedOperationException("no order");
  }

  /** Overwrites a key with a value of the same length. */
  void write(int key, byte[] value) throws Exception;

  /** Closes the peer and deletes its data. */
  void close() throws Exception;
}
