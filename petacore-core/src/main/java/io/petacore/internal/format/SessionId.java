package io.petacore.internal.format;

import java.nio.ByteBuffer;
import java.security.SecureRandom;

/** The name of one life of a storage towards its store: 128 random bits. */
public record SessionId(long high, long low) {

  static final int LENGTH = 2 * Long.BYTES;

  private static final SecureRandom RANDOM = new SecureRandom();

  /** A new one, that nobody else has. */
  public static SessionId random() {
    return new SessionId(RANDOM.nextLong(), RANDOM.nextLong());
  }

  void putTo(ByteBuffer buffer) {
    buffer.putLong(high).putLong(low);
  }

  static SessionId getFrom(ByteBuffer buffer) {
    return new SessionId(buffer.getLong(), buffer.getLong());
  }

  /** 32 hexadecimal digits. */
  @Override
  public String toString() {
    return String.format("%016x%016x", high, low);
  }
}
