package io.petacore.internal.decoded;

import io.petacore.data.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * Keys of this thread that exist for one lookup each: {@link Bytes} whose content is overwritten,
 * so that encoding a key allocates nothing. They must never leave the lookup.
 *
 * <p>One thread at a time uses an instance, and one lookup: application code that encodes a key may
 * itself read, and then gets no scratch key.
 *
 * <p>Threads refer to it weakly, so that threads that outlive an undeployed application do not keep
 * its class loader. It is made again after a garbage collection.
 */
public final class ScratchKeys {

  private static final VarHandle ARRAY = handle("bytes", byte[].class);
  private static final VarHandle HASH = handle("hash", int.class);

  private static final int KEPT = 64; // lengths, modulo this

  private static final ThreadLocal<@Nullable WeakReference<ScratchKeys>> OF_THREAD =
      new ThreadLocal<>();

  private final @Nullable Bytes[] byLength = new Bytes[KEPT];
  private boolean used;

  private ScratchKeys() {}

  /**
   * Begins a lookup; {@link #release} ends it.
   *
   * @return null if this thread is in a lookup
   */
  public static @Nullable ScratchKeys acquire() {
    WeakReference<ScratchKeys> reference = OF_THREAD.get();
    ScratchKeys keys = reference == null ? null : reference.get();
    if (keys == null) {
      keys = new ScratchKeys();
      OF_THREAD.set(new WeakReference<>(keys));
    } else if (keys.used) {
      return null;
    }
    keys.used = true;
    return keys;
  }

  /** Ends the lookup: its key may be overwritten from now on. */
  public void release() {
    used = false;
  }

  /** Returns a key of a length with any content, to be written through {@link #array}. */
  public Bytes ofLength(int length) {
    int i = length & (KEPT - 1);
    Bytes key = byLength[i];
    if (key == null || key.length() != length) {
      if (length == 0) {
        return Bytes.EMPTY;
      }
      key = Bytes.wrap(new byte[length]);
      byLength[i] = key;
    } else {
      HASH.set(key, 0);
    }
    return key;
  }

  /**
   * The array inside a byte string; to be read, or, inside a scratch key whose hash has not been
   * asked for yet, written.
   */
  public static byte[] array(Bytes bytes) {
    return (byte[]) ARRAY.get(bytes);
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
