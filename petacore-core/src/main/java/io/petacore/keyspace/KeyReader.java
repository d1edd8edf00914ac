package io.petacore.keyspace;

import io.petacore.data.Bytes;
import io.petacore.error.KeyFormatException;

/** Reads the bytes of a key from a position to its end. To be used by one thread. */
public final class KeyReader {

  private final Bytes key;
  private int position;

  KeyReader(Bytes key, int position) {
    this.key = key;
    this.position = position;
  }

  /**
   * Returns the number of bytes that are left.
   *
   * @return 0 or more
   */
  public int remaining() {
    return key.length() - position;
  }

  /**
   * Reads a byte.
   *
   * @return the byte, from 0 to 255
   * @throws KeyFormatException if none is left
   */
  public int next() {
    if (position == key.length()) {
      throw malformed("it ends early");
    }
    return key.byteAt(position++) & 0xff;
  }

  /**
   * Reads a number in big-endian order.
   *
   * @param bytes its length, from 0 to 8
   * @return the number; not sign-extended
   * @throws KeyFormatException if fewer bytes are left
   */
  public long next(int bytes) {
    long number = 0;
    for (int i = 0; i < bytes; i++) {
      number = (number << 8) | next();
    }
    return number;
  }

  /** Skips the next byte if it is a given one; returns whether it was. */
  boolean skip(byte wanted) {
    boolean found = position < key.length() && key.byteAt(position) == wanted;
    if (found) {
      position++;
    }
    return found;
  }

  /**
   * Reads all bytes that are left.
   *
   * @return a copy of the bytes
   */
  public Bytes rest() {
    Bytes rest = key.substring(position);
    position = key.length();
    return rest;
  }

  /**
   * Creates the exception for this key.
   *
   * @param reason what is wrong with it
   * @return the exception, to be thrown
   */
  public KeyFormatException malformed(String reason) {
    return new KeyFormatException(key, reason);
  }
}
