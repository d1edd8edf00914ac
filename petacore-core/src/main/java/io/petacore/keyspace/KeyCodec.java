package io.petacore.keyspace;

import io.petacore.data.Bytes;
import io.petacore.error.KeyFormatException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Encodes keys so that the order of the encodings is the order of the keys.
 *
 * <p>All encodings but those of {@link #utf8()} and {@link #raw()} are self-delimiting, and can be
 * elements of tuples. Those of strings, byte strings, integers and UUIDs are the ones of the <a
 * href="https://github.com/apple/foundationdb/blob/main/design/tuple.md">tuple layer of
 * FoundationDB</a>: a type code, then the content. An {@code Instant} has the code 0x40, which that
 * page leaves to users.
 *
 * <p>An implementation is immutable and safe for use by many threads. Equal keys have equal
 * encodings, and different keys different ones; that of an element never begins with 0xff. Its
 * {@code toString} names it in messages.
 *
 * @param <K> the keys; immutable
 */
public interface KeyCodec<K> {

  /**
   * Returns the length of an encoding.
   *
   * @param key the key
   * @return the number of bytes that {@link #encode} writes
   * @throws IllegalArgumentException if the key has no encoding
   */
  int size(K key);

  /**
   * Writes an encoding.
   *
   * @param key the key
   * @param target an array that is large enough; only these bytes are written, none is kept
   * @param offset where it begins
   * @return where it ends
   * @throws IllegalArgumentException if the key has no encoding
   */
  int encode(K key, byte[] target, int offset);

  /**
   * Reads an encoding; of a codec that is not self-delimiting, all bytes that are left.
   *
   * @param in where it begins
   * @return the key
   * @throws KeyFormatException if there is none, or one that {@link #encode} does not write
   */
  K decode(KeyReader in);

  /**
   * Returns whether the end of an encoding follows from its content.
   *
   * @return true if an encoding may be followed by another one
   */
  default boolean isSelfDelimiting() {
    return true;
  }

  /**
   * Encodes the first elements of a tuple.
   *
   * @param first their values, of the types of the elements
   * @return the prefix of the encodings of all tuples that begin with them; other keys may have it,
   *     too, followed by 0xff
   * @throws IllegalArgumentException if this is no codec of tuples, or if the values don't match it
   */
  default Bytes prefix(Object... first) {
    throw new IllegalArgumentException(this + " is not a codec of tuples");
  }

  /**
   * Returns the order of the keys, by their encodings.
   *
   * @return the order
   */
  default Comparator<K> comparator() {
    return (a, b) -> KeyEncodings.of(this, a).compareTo(KeyEncodings.of(this, b));
  }

  /**
   * Returns a codec of other keys with the same encodings.
   *
   * @param <T> the other keys
   * @param from makes the other key of a decoded one; a {@link RuntimeException} refuses it
   * @param to the reverse
   * @return the codec
   */
  default <T> KeyCodec<T> map(
      Function<? super K, ? extends T> from, Function<? super T, ? extends K> to) {
    return new MappedKeys<>(this, from, to);
  }

  /**
   * Makes an element of a tuple.
   *
   * @param <T> the tuple
   * @param getter returns the element; never null
   * @return the element
   */
  default <T> KeyPart<T, K> of(Function<? super T, ? extends K> getter) {
    return new KeyPart<>(this, getter);
  }

  /**
   * Returns the codec of strings whose encoding is the UTF-8 text alone, as in keys that were
   * written without a keyspace. Not self-delimiting. Strings with unpaired surrogates are refused.
   *
   * @return the codec, in the order of code points
   */
  static KeyCodec<String> utf8() {
    return StringKeys.PLAIN;
  }

  /**
   * Returns the codec of byte strings that are their own encoding. Not self-delimiting.
   *
   * @return the codec, in the order of unsigned bytes
   */
  static KeyCodec<Bytes> raw() {
    return BytesKeys.PLAIN;
  }

  /**
   * Returns the codec of strings, self-delimiting. Strings with unpaired surrogates are refused.
   *
   * @return the codec, in the order of code points (that of {@link String#compareTo} differs for
   *     characters outside the basic plane)
   */
  static KeyCodec<String> string() {
    return StringKeys.ELEMENT;
  }

  /**
   * Returns the codec of byte strings, self-delimiting.
   *
   * @return the codec, in the order of unsigned bytes
   */
  static KeyCodec<Bytes> bytes() {
    return BytesKeys.ELEMENT;
  }

  /**
   * Returns the codec of ints, in 1 to 5 bytes.
   *
   * @return the codec, in signed order
   */
  static KeyCodec<Integer> int32() {
    return IntegerKeys.INT;
  }

  /**
   * Returns the codec of longs, in 1 to 9 bytes: ints have the same encoding.
   *
   * @return the codec, in signed order
   */
  static KeyCodec<Long> int64() {
    return IntegerKeys.LONG;
  }

  /**
   * Returns the codec of UUIDs, in 17 bytes.
   *
   * @return the codec, in the order of their text (that of {@link UUID#compareTo} is signed)
   */
  static KeyCodec<UUID> uuid() {
    return FixedKeys.UUIDS;
  }

  /**
   * Returns the codec of instants, in 13 bytes.
   *
   * @return the codec, in the order of time
   */
  static KeyCodec<Instant> instant() {
    return FixedKeys.INSTANTS;
  }

  /**
   * Returns the codec of an enum, by ordinal. So constants may be added at the end of the enum, but
   * must not be reordered or removed.
   *
   * @param <E> the enum
   * @param type its class
   * @return the codec, in the order of declaration
   */
  static <E extends Enum<E>> KeyCodec<E> enumOf(Class<E> type) {
    return new EnumKeys<>(type);
  }

  /**
   * Returns the codec of tuples of two elements, for example of a record: {@code
   * tuple(string().of(CityId::country), int32().of(CityId::number), CityId::new)}.
   *
   * @param <T> the tuple
   * @param <A> the first element
   * @param <B> the second element
   * @param a the first element
   * @param b the second element
   * @param maker makes a tuple of its elements; a {@link RuntimeException} refuses them
   * @return the codec, in the order of the first elements, then of the second ones
   * @throws IllegalArgumentException if an element is not self-delimiting
   */
  @SuppressWarnings("unchecked") // the elements come from the codecs
  static <T, A, B> KeyCodec<T> tuple(
      KeyPart<T, A> a, KeyPart<T, B> b, BiFunction<? super A, ? super B, ? extends T> maker) {
    return new TupleKeys<>(values -> maker.apply((A) values[0], (B) values[1]), List.of(a, b));
  }

  /**
   * Returns the codec of tuples of three elements.
   *
   * @param <T> the tuple
   * @param <A> the first element
   * @param <B> the second element
   * @param <C> the third element
   * @param a the first element
   * @param b the second element
   * @param c the third element
   * @param maker makes a tuple of its elements; a {@link RuntimeException} refuses them
   * @return the codec, in the order of the first elements, then of the second ones, and so on
   * @throws IllegalArgumentException if an element is not self-delimiting
   */
  @SuppressWarnings("unchecked") // the elements come from the codecs
  static <T, A, B, C> KeyCodec<T> tuple(
      KeyPart<T, A> a, KeyPart<T, B> b, KeyPart<T, C> c, Maker3<A, B, C, T> maker) {
    return new TupleKeys<>(
        values -> maker.make((A) values[0], (B) values[1], (C) values[2]), List.of(a, b, c));
  }

  /**
   * Returns the codec of tuples of four elements.
   *
   * @param <T> the tuple
   * @param <A> the first element
   * @param <B> the second element
   * @param <C> the third element
   * @param <D> the fourth element
   * @param a the first element
   * @param b the second element
   * @param c the third element
   * @param d the fourth element
   * @param maker makes a tuple of its elements; a {@link RuntimeException} refuses them
   * @return the codec, in the order of the first elements, then of the second ones, and so on
   * @throws IllegalArgumentException if an element is not self-delimiting
   */
  @SuppressWarnings("unchecked") // the elements come from the codecs
  static <T, A, B, C, D> KeyCodec<T> tuple(
      KeyPart<T, A> a,
      KeyPart<T, B> b,
      KeyPart<T, C> c,
      KeyPart<T, D> d,
      Maker4<A, B, C, D, T> maker) {
    return new TupleKeys<>(
        values -> maker.make((A) values[0], (B) values[1], (C) values[2], (D) values[3]),
        List.of(a, b, c, d));
  }

  /**
   * Makes a tuple of three elements.
   *
   * @param <A> the first element
   * @param <B> the second element
   * @param <C> the third element
   * @param <T> the tuple
   */
  @FunctionalInterface
  interface Maker3<A, B, C, T> {
    /**
     * Makes the tuple.
     *
     * @param a the first element
     * @param b the second element
     * @param c the third element
     * @return the tuple
     */
    T make(A a, B b, C c);
  }

  /**
   * Makes a tuple of four elements.
   *
   * @param <A> the first element
   * @param <B> the second element
   * @param <C> the third element
   * @param <D> the fourth element
   * @param <T> the tuple
   */
  @FunctionalInterface
  interface Maker4<A, B, C, D, T> {
    /**
     * Makes the tuple.
     *
     * @param a the first element
     * @param b the second element
     * @param c the third element
     * @param d the fourth element
     * @return the tuple
     */
    T make(A a, B b, C c, D d);
  }
}
