package io.petacore.internal.mvcc;

import static java.nio.ByteOrder.nativeOrder;

import io.petacore.data.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The array within {@link Bytes}, which it shows to nobody else, so that it stays immutable.
 *
 * <p>The indexes refer to the arrays of their keys, and not to the objects around them: comparing a
 * key then reads one object less, which at random is a cache miss less. Nobody here writes to one.
 */
final class BytesArray {

  private static final VarHandle ARRAY = handle("bytes", byte[].class);

  /** The hash that a byte string keeps once it is computed. Written by tests alone. */
  static final VarHandle HASH = handle("hash", int.class);

  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, nativeOrder());

  private BytesArray() {}

  /** The array itself, not a copy. */
  static byte[] of(Bytes bytes) {
    return (byte[]) ARRAY.get(bytes);
  }

  /**
   * The hash of a byte string, which is mostly computed already. Asked like this a compiler leaves
   * the computing out of line, however often it is done elsewhere (that of JDK 17 only while it is
   * done here less than a hundred times).
   */
  static int hash(Bytes bytes) {
    int known = (int) HASH.get(bytes);
    return known == 0 ? bytes.hashCode() : known;
  }

  /**
   * Whether a key is the one that is asked for.
   *
   * <p>The key is probably not in the processor's caches. Whatever depends on its bytes waits for
   * them, and what waits takes the room in which the processor would begin with the next lookup. So
   * lengths at which {@link Arrays#equals(byte[], byte[])} goes on in steps of four bytes, each
   * with a branch, are compared by words that overlap in the middle, with one branch at the end.
   */
  static boolean equal(byte[] key, byte[] asked) {
    int length = asked.length;
    if (key.length != length) {
      return false;
    }
    if (length < 8 || length > 31) {
      return Arrays.equals(key, asked);
    }
    long difference = word(key, length - 8) ^ word(asked, length - 8);
    if (length > 8) {
      difference |= word(key, 0) ^ word(asked, 0);
    }
    if (length > 16) {
      difference |= word(key, 8) ^ word(asked, 8);
    }
    if (length > 24) {
      difference |= word(key, 16) ^ word(asked, 16);
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
