package io.petacore.keyspace;

import io.petacore.data.Bytes;
import io.petacore.error.KeyFormatException;
import java.util.function.Function;

/** Keys that are encoded as other keys. */
record MappedKeys<A, K>(
    KeyCodec<A> encoded, Function<? super A, ? extends K> from, Function<? super K, ? extends A> to)
    implements KeyCodec<K> {

  @Override
  public int size(K key) {
    return encoded.size(to.apply(key));
  }

  @Override
  public int encode(K key, byte[] target, int offset) {
    return encoded.encode(to.apply(key), target, offset);
  }

  @Override
  public K decode(KeyReader in) {
    A decoded = encoded.decode(in);
    try {
      return from.apply(decoded);
    } catch (KeyFormatException malformed) {
      throw malformed;
    } catch (RuntimeException refused) {
      throw in.malformed(decoded + " is refused: " + refused);
    }
  }

  @Override
  public boolean isSelfDelimiting() {
    return encoded.isSelfDelimiting();
  }

  @Override
  public Bytes prefix(Object... first) {
    return encoded.prefix(first);
  }

  @Override
  public String toString() {
    return encoded.toString();
  }
}
