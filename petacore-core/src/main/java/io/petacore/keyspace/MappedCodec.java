package io.petacore.keyspace;

import io.petacore.data.Bytes;
import java.util.function.Function;

/** Values that are encoded as other values. */
record MappedCodec<A, V>(
    Codec<A> encoded, Function<? super A, ? extends V> from, Function<? super V, ? extends A> to)
    implements Codec<V> {

  @Override
  public Bytes encode(Bytes key, V value) {
    return encoded.encode(key, to.apply(value));
  }

  @Override
  public V decode(Bytes key, Bytes value) {
    A decoded = encoded.decode(key, value);
    return Decoding.refusing(this, key, value, () -> from.apply(decoded));
  }

  @Override
  public boolean dependsOnKey() {
    return encoded.dependsOnKey();
  }

  @Override
  public long estimatedBytes(Bytes value) {
    return encoded.estimatedBytes(value);
  }

  @Override
  public String toString() {
    return encoded.toString();
  }
}
