package io.petacore.keyspace;

import io.petacore.data.Bytes;
import java.util.function.Function;

/**
 * Writes and reads values. Its {@code toString} names it in messages. Safe for use by many threads.
 *
 * <p>Decoded values are kept by codec, so make a codec once, not for each call.
 *
 * @param <V> the values; immutable, since readers share them
 */
public interface Codec<V> extends Decoder<V> {

  /**
   * Encodes a value.
   *
   * @param key the key of the entry, as it is in the namespace
   * @param value never null
   * @return the encoding
   * @throws IllegalArgumentException if the value has no encoding
   */
  Bytes encode(Bytes key, V value);

  /**
   * Returns a codec of other values with the same encodings.
   *
   * @param <T> the other values
   * @param from makes the other value of a decoded one; a {@link RuntimeException} refuses it
   * @param to the reverse
   * @return the codec
   */
  default <T> Codec<T> map(
      Function<? super V, ? extends T> from, Function<? super T, ? extends V> to) {
    return new MappedCodec<>(this, from, to);
  }

  /**
   * Returns the codec of byte strings, which are their own encoding.
   *
   * @return the codec
   */
  static Codec<Bytes> bytes() {
    return SimpleCodecs.BYTES;
  }

  /**
   * Returns the codec of strings in UTF-8. Strings with unpaired surrogates are refused.
   *
   * @return the codec
   */
  static Codec<String> utf8() {
    return SimpleCodecs.UTF8;
  }

  /**
   * Returns the codec of longs in eight bytes, the highest one first.
   *
   * @return the codec
   */
  static Codec<Long> int64() {
    return SimpleCodecs.INT64;
  }

  /**
   * Returns the codec of longs as decimal text, that of the counters of {@link
   * io.petacore.transaction.Transaction#add}.
   *
   * @return the codec
   */
  static Codec<Long> decimal() {
    return SimpleCodecs.DECIMAL;
  }

  /**
   * Compresses values with deflate where that makes them smaller; up to 16 MiB each.
   *
   * @param <V> the values
   * @param codec encodes the values
   * @return the codec; see {@link #compressed(Codec, int, Compression, Compression...)}
   */
  static <V> Codec<V> compressed(Codec<V> codec) {
    return compressed(codec, CompressedCodec.DEFAULT_MAX_BYTES, Compression.deflate());
  }

  /**
   * Compresses values where that makes them smaller. A header byte, 0xf8 to 0xfa, says how a value
   * is stored. A value without such a byte was written before there was compression, and is read as
   * it is; UTF-8 text, such as JSON, never begins with one.
   *
   * @param <V> the values
   * @param codec encodes the values
   * @param maxBytes the maximum length of an encoded value, not compressed; longer ones are refused
   *     when they are written, and when they are read before they are decompressed
   * @param compression compresses the values
   * @param alsoRead the compressions of values that were written earlier
   * @return the codec
   * @throws IllegalArgumentException if {@code maxBytes} is not positive
   */
  static <V> Codec<V> compressed(
      Codec<V> codec, int maxBytes, Compression compression, Compression... alsoRead) {
    return new CompressedCodec<>(codec, maxBytes, compression, alsoRead);
  }

  /**
   * Encrypts values with AES-GCM. The entry's key is authenticated with the value, so that a value
   * that was copied to another key is refused, like one that was changed, or is not encrypted. An
   * older value of the same key looks like the newest one. Keys of entries are not encrypted. To
   * compress as well, encrypt what is compressed: {@code encrypted(compressed(codec), keys)}.
   *
   * <p>Each value has a random nonce of 96 bits: use a key for fewer than 2³² writes.
   *
   * @param <V> the values
   * @param codec encodes the values
   * @param keys finds the keys of AES
   * @return the codec
   */
  static <V> Codec<V> encrypted(Codec<V> codec, EncryptionKeys keys) {
    return new EncryptedCodec<>(codec, keys);
  }

  /**
   * Marks values with a version of their format, so that those of older versions can be read.
   *
   * @param <V> the values
   * @param version the version of what is written from now on, from 0 to 255
   * @param codec writes and reads that version
   * @return the codec; add the older versions to it
   * @throws IllegalArgumentException if the version is not in that range
   */
  static <V> VersionedCodec<V> versioned(int version, Codec<V> codec) {
    return VersionedCodec.of(version, codec);
  }
}
