package io.petacore.internal.format;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * The identifier of a session of a storage: 128 random bits.
 *
 * <p>{@code equals} and {@code hashCode} are written out because of a leak in the JDK: the
 * generated methods of a record make it cache a method handle, and thereby the class loader of an
 * application that has been undeployed; JDK 17 permanently, later releases until memory is short.
 */
public record SessionId(long high, long low) {

  static final int LENGTH = 2 * Long.BYTES;

  private static final SecureRandom RANDOM = new SecureRandom();

  /** Generates a unique identifier. */
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
