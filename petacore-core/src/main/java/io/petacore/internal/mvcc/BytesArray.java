package io.petacore.internal.mvcc;

import static java.nio.ByteOrder.nativeOrder;

import io.petacore.data.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Access to the array inside {@link Bytes}, for the indexes of this package only.
 *
 * <p>The indexes refer to the arrays of their keys instead of the {@link Bytes} objects: comparing
 * a key then reads one object less, which for a random key saves a cache miss. The arrays must not
 * be written to.
 */
final class BytesArray {

  private static final VarHandle ARRAY = handle("bytes", byte[].class);

  /** The cached hash of a byte string. Written by tests only. */
  static final VarHandle HASH = handle("hash", int.class);

  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, nativeOrder());

  private BytesArray() {}

  /** Returns the array itself, not a copy. */
  static byte[] of(Bytes bytes) {
    return (byte[]) ARRAY.get(bytes);
  }

  /**
   * Returns the hash of a byte string.
   *
   * <p>The hash is usually cached. Reading the cache here keeps the computation out of line,
   * however often it runs elsewhere (with the compiler of JDK 17 only while this method computes
   * less than a hundred hashes).
   */
  static int hash(Bytes bytes) {
    int known = (int) HASH.get(bytes);
    return known == 0 ? bytes.hashCode() : known;
  }

  /**
   * Whether a stored key equals the requested one.
   *
   * <p>The stored key is probably not in the processor's caches. Every instruction that depends on
   * its bytes occupies the reorder buffer until they arrive and so delays the next lookup. Keys of
   * 8 to 31 bytes, which {@link Arrays#equals(byte[], byte[])} compares with a branch per four
   * bytes, are therefore compared by overlapping words with a single branch.
   */
  static boolean equal(byte[] key, byte[] requested) {
    int length = requested.length;
    if (key.length != length) {
      return false;
    }
    if (length < 8 || length > 31) {
      return Arrays.equals(key, requested);
    }
    long difference = word(key, length - 8) ^ word(requested, length - 8);
    if (length > 8) {
      difference |= word(key, 0) ^ word(requested, 0);
    }
    if (length > 16) {
      difference |= word(key, 8) ^ word(requested, 8);
    }
    if (length > 24) {
      difference |= word(key, 16) ^ word(requested, 16);
    }
    return difference == 0;
  }

  private static long word(byte[] bytes, int from) {
    return (long) WORD.get(bytes, from);
  }

  private static VarHandle handle(String field, Class<?> type) {
    try {
      return MethodHandles.privateLookupIn(Bytes.class, MethodHandles.lookup())
          .findVarHandle(Bytes.class, field, type);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
