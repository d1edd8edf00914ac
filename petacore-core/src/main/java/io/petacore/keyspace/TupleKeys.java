package io.petacore.keyspace;

import io.petacore.data.Bytes;
import io.petacore.error.KeyFormatException;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Tuples: the encodings of their elements, one after the other. */
final class TupleKeys<T> implements KeyCodec<T> {

  private final Function<Object[], T> maker;
  private final List<KeyPart<T, ?>> parts;

  TupleKeys(Function<Object[], T> maker, List<KeyPart<T, ?>> parts) {
    for (KeyPart<T, ?> part : parts) {
      if (!part.codec().isSelfDelimiting()) {
        throw new IllegalArgumentException(
            part.codec() + " is not self-delimiting, so it can't be an element of a tuple");
      }
    }
    this.maker = maker;
    this.parts = parts;
  }

  @Override
  public int size(T key) {
    int size = 0;
    for (int i = 0; i < parts.size(); i++) {
      size += size(parts.get(i), key);
    }
    return size;
  }

  private static <T, A> int size(KeyPart<T, A> part, T key) {
    return part.codec().size(part.getter().apply(key));
  }

  @Override
  public int encode(T key, byte[] target, int offset) {
    int at = offset;
    for (int i = 0; i < parts.size(); i++) {
      at = encode(parts.get(i), key, target, at);
    }
    return at;
  }

  private static <T, A> int encode(KeyPart<T, A> part, T key, byte[] target, int offset) {
    return part.codec().encode(part.getter().apply(key), target, offset);
  }

  @Override
  public T decode(KeyReader in) {
    Object[] values = new Object[parts.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = parts.get(i).codec().decode(in);
    }
    try {
      return maker.apply(values);
    } catch (KeyFormatException malformed) {
      throw malformed;
    } catch (RuntimeException refused) {
      throw in.malformed(List.of(values) + " is refused: " + refused);
    }
  }

  @Override
  public Bytes prefix(Object... first) {
    if (first.length > parts.size()) {
      throw new IllegalArgumentException(
          first.length + " elements are more than the " + parts.size() + " of " + this);
    }
    Bytes prefix = Bytes.EMPTY;
    for (int i = 0; i < first.length; i++) {
      prefix = prefix.concat(encoding(parts.get(i).codec(), first[i]));
    }
    return prefix;
  }

  @SuppressWarnings("unchecked") // a wrong type is reported
  private static <A> Bytes encoding(KeyCodec<A> codec, Object value) {
    try {
      return KeyEncodings.of(codec, (A) value);
    } catch (ClassCastException wrong) {
      throw new IllegalArgumentException(
          value + ", a " + value.getClass().getName() + ", is no element " + codec, wrong);
    }
  }

  @Override
  public String toString() {
    return parts.stream()
        .map(part -> part.codec().toString())
        .collect(Collectors.joining(", ", "tuple(", ")"));
  }
}
