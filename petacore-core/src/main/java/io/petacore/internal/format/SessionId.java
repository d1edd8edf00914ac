package io.petacore.internal.format;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * The name of one life of a storage towards its store: 128 random bits.
 *
 * <p>It is compared by code of its own. The JDK caches a method handle of the last record that was
 * compared by what it makes for records itself, and with it the class loader of an application that
 * has been undeployed: JDK 17 for good, later ones until memory is short.
 */
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

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SessionId that && high == that.high && low == that.low;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(high ^ low);
  }

  /** 32 hexadecimal digits. */
  @Override
  public String toString() {
    return String.format("%016x%016x", high, low);
  }
}
