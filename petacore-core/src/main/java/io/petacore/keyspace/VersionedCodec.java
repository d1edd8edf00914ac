package io.petacore.keyspace;

import static java.util.Objects.requireNonNull;

import io.petacore.data.Bytes;
import io.petacore.error.ValueFormatException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes one version of a format and reads others. A value is the byte 0xfc, a byte with the
 * version, and the encoding of that version. Immutable.
 *
 * <pre>{@code
 * Codec<City> codec =
 *     Codec.versioned(2, current).reading(1, old.map(City::of, City::toOld)).readingUnmarked(first);
 * }</pre>
 *
 * <p>When nodes are updated one by one, first let all of them read the new version, then write it.
 *
 * @param <V> the values
 */
public final class VersionedCodec<V> implements Codec<V>, Decoding.Wrapper<V> {

  private static final int MAX_VERSION = 255;
  private static final int UNMARKED = -1;

  private final int version;
  private final Codec<V> codec;

  /** By version; {@link #UNMARKED} for values without one. */
  private final Map<Integer, Decoder<? extends V>> decoders;

  private VersionedCodec(int version, Codec<V> codec, Map<Integer, Decoder<? extends V>> decoders) {
    this.version = version;
    this.codec = codec;
    this.decoders = decoders;
  }

  static <V> VersionedCodec<V> of(int version, Codec<V> codec) {
    requireNonNull(codec, "codec");
    return new VersionedCodec<>(requireVersion(version), codec, Map.of(version, codec));
  }

  private static int requireVersion(int version) {
    if (version < 0 || version > MAX_VERSION) {
      throw new IllegalArgumentException("a version is from 0 to 255: " + version);
    }
    return version;
  }

  /**
   * Returns a copy of this codec that reads another version, too.
   *
   * @param other the other version, from 0 to 255
   * @param decoder reads it
   * @return the copy
   * @throws IllegalArgumentException if it is not in that range, or has a decoder
   */
  public VersionedCodec<V> reading(int other, Decoder<? extends V> decoder) {
    return with(requireVersion(other), decoder);
  }

  /**
   * Returns a copy of this codec that reads values without a version, too, which do not begin with
   * 0xfc; no text in UTF-8 does.
   *
   * @param decoder reads them
   * @return the copy
   * @throws IllegalArgumentException if there is a decoder for them
   */
  public VersionedCodec<V> readingUnmarked(Decoder<? extends V> decoder) {
    return with(UNMARKED, decoder);
  }

  private VersionedCodec<V> with(int key, Decoder<? extends V> decoder) {
    Map<Integer, Decoder<? extends V>> more = new TreeMap<>(decoders);
    if (more.put(key, requireNonNull(decoder, "decoder")) != null) {
      throw new IllegalArgumentException(
          (key == UNMARKED ? "unmarked values have" : "version " + key + " has") + " a decoder");
    }
    return new VersionedCodec<>(version, codec, more);
  }

  @Override
  public Bytes encode(Bytes key, V value) {
    return Bytes.of((byte) ValueHeaders.VERSION, (byte) version).concat(codec.encode(key, value));
  }

  @Override
  public V decode(Bytes key, Bytes value) {
    return Decoding.<V>decode(this, key, value).value();
  }

  private static boolean isMarked(Bytes value) {
    return !value.isEmpty() && (value.byteAt(0) & 0xff) == ValueHeaders.VERSION;
  }

  @Override
  public Bytes unwrap(Bytes key, Bytes value) {
    if (!isMarked(value)) {
      return value;
    }
    if (value.length() < 2) {
      throw new ValueFormatException(key, toString(), value, "it ends before its version", null);
    }
    return value.substring(2);
  }

  @Override
  public Decoder<? extends V> inner(Bytes key, Bytes value) {
    int found = isMarked(value) ? value.byteAt(1) & 0xff : UNMARKED;
    @Nullable Decoder<? extends V> decoder = decoders.get(found);
    if (decoder == null) {
      throw new ValueFormatException(
          key,
          toString(),
          value,
          found == UNMARKED ? "it has no version" : "version " + found + " is unknown",
          null);
    }
    return decoder;
  }

  @Override
  public boolean dependsOnKey() {
    return decoders.values().stream().anyMatch(Decoder::dependsOnKey);
  }

  @Override
  public boolean isSecret() {
    return false;
  }

  @Override
  public String toString() {
    return "version " + version + " of " + codec;
  }
}
