package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The array within {@link Bytes}, which it shows to nobody else, so that it stays immutable.
 *
 * <p>The indexes refer to the arrays of their keys, and not to the objects around them: comparing a
 * key then reads one object less, which at random is a cache miss less. Nobody here writes to one.
 */
final class BytesArray {

  private static final VarHandle ARRAY = handle();

  private BytesArray() {}

  /** The array itself, not a copy. */
  static byte[] of(Bytes bytes) {
    return (byte[]) ARRAY.get(bytes);
  }

  private static VarHandle handle() {
    try {
      return MethodHandles.privateLookupIn(Bytes.class, MethodHandles.lookup())
          .findVarHandle(Bytes.class, "bytes", byte[].class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
