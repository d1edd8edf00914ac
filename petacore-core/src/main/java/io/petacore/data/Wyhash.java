package io.petacore.data;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.security.SecureRandom;

/**
 * A keyed hash of byte strings. Without the secret, colliding byte strings cannot be constructed,
 * unlike for the hash of {@link String} or {@link java.util.Arrays}.
 *
 * <p>The algorithm is wyhash, final version 4, by Wang Yi (public domain). Go uses it for its maps,
 * with a random secret per process, on processors without AES instructions. With SipHash-1-3, whose
 * security is better studied, reading a newly created key took up to 1.8 times as long.
 *
 * @param seed the seed, any value
 * @param s0 the first word of the secret
 * @param s1 the second word of the secret
 * @param s2 the third word of the secret
 * @param s3 the fourth word of the secret
 */
record Wyhash(long seed, long s0, long s1, long s2, long s3) {

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, LITTLE_ENDIAN);

  /** Returns a hash function with random seed and secret. */
  static Wyhash withRandomSecret() {
    SecureRandom random = new SecureRandom();
    return new Wyhash(
        random.nextLong(),
        random.nextLong(),
        random.nextLong(),
        random.nextLong(),
        random.nextLong());
  }

  /** Returns the hash of a byte array. */
  long of(byte[] bytes) {
    int length = bytes.length;
    long state = seed ^ folded(seed ^ s0, s1);
    long a;
    long b;
    if (length > 16) {
      int at = 0;
      if (length > 48) {
        long second = state;
        long third = state;
        for (; length - at > 48; at += 48) {
          state = folded(eight(bytes, at) ^ s1, eight(bytes, at + 8) ^ state);
          second = folded(eight(bytes, at + 16) ^ s2, eight(bytes, at + 24) ^ second);
          third = folded(eight(bytes, at + 32) ^ s3, eight(bytes, at + 40) ^ third);
        }
        state ^= second ^ third;
      }
      for (; length - at > 16; at += 16) {
        state = folded(eight(bytes, at) ^ s1, eight(bytes, at + 8) ^ state);
      }
      a = eight(bytes, length - 16);
      b = eight(bytes, length - 8);
    } else if (length >= 4) {
      int inner = length / 8 * 4;
      a = (four(bytes, 0) << 32) | four(bytes, inner);
      b = (four(bytes, length - 4) << 32) | four(bytes, length - 4 - inner);
    } else {
      a = length == 0 ? 0 : upToThree(bytes);
      b = 0;
    }
    a ^= s1;
    b ^= state;
    return folded((a * b) ^ s0 ^ length, unsignedHigh(a, b) ^ s1);
  }

  /** Returns the exclusive or of both halves of the 128-bit product. */
  private static long folded(long a, long b) {
    return (a * b) ^ unsignedHigh(a, b);
  }

  private static long unsignedHigh(long a, long b) {
    return Math.multiplyHigh(a, b) + ((a >> 63) & b) + ((b >> 63) & a);
  }

  private static long upToThree(byte[] bytes) {
    int length = bytes.length;
    return ((bytes[0] & 0xffL) << 16)
        | ((bytes[length / 2] & 0xffL) << 8)
        | (bytes[length - 1] & 0xffL);
  }

  private static long four(byte[] bytes, int from) {
    return (int) INT.get(bytes, from) & 0xffff_ffffL;
  }

  private static long eight(byte[] bytes, int from) {
    return (long) LONG.get(bytes, from);
  }
}
