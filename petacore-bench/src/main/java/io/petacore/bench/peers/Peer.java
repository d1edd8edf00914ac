package io.petacore.bench.peers;

import org.jspecify.annotations.Nullable;

/**
 * What stands in the table of peers. Every one has the same keys and values, in the form that it
 * reads fastest, prepared before; a key is named by its number, in the order of the keys.
 *
 * <p>Used by one thread. The classes of this package are all that a peer's class path shares with
 * PetaCore's.
 */
public interface Peer {

  /** What it is, and what it offers. */
  Offer offer();

  /** The server that it needs, one of {@link Servers}; null if it needs none. */
  default @Nullable String server() {
    return null;
  }

  /** Takes the keys, which are ascending, and their values. */
  void open(String[] names, byte[][] values) throws Exception;

  /** The value of a key. */
  @Nullable Object read(int key) throws Exception;

  /**
   * The values of several keys at one moment. Only if it {@linkplain Offer#snapshots offers so}.
   */
  default void readTogether(int[] keys, @Nullable Object[] found) throws Exception {
    throw new UnsupportedOperationException("no snapshots");
  }

  /** Whether it can scan. */
  default boolean isOrdered() {
    return false;
  }

  /**
   * Looks at keys and values in order.
   *
   * @return something that depends on every one of them
   */
  default long scan(int from, int count) throws Exception {
    throw new UnsupportedOperationException("no order");
  }

  /** Gives a key another value, of the same length. Durable, if it {@linkplain Offer says so}. */
  void write(int key, byte[] value) throws Exception;

  /** Lets everything go, in its server, too. */
  void close() throws Exception;
}
