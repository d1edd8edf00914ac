package io.petacore.data;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * An immutable byte string: a key or a value. Ordered by unsigned bytes, as etcd orders keys.
 *
 * <p>The hash is computed on first use and cached, so reuse the object of a key that is read often.
 * Hashes are keyed with a random secret of the process, which prevents attacks with keys of equal
 * hash.
 *
 * <p>Every method but {@link #equals} throws {@link NullPointerException} for an argument that is
 * null.
 */
public final class Bytes implements Comparable<Bytes> {

  /** The empty byte string; a legal value, never a legal key. */
  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private static final int MAX_SHOWN_BYTES = 64;

  private static final Wyhash HASH = Wyhash.withRandomSecret();

  private final byte[] bytes;

  /**
   * The cached hash; zero if it is not computed yet. Threads may race to compute it, but all write
   * the same value (the idiom of {@link String#hashCode()}).
   */
  private int hash;

  private Bytes(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Returns a byte string with a copy of an array.
   *
   * @param bytes the bytes to copy; may be empty
   * @return the byte string; {@link #EMPTY} for no bytes
   */
  public static Bytes of(byte... bytes) {
    return bytes.length == 0 ? EMPTY : new Bytes(bytes.clone());
  }

  /**
   * Returns a byte string that wraps an array without copying it. For stores that have just created
   * the array: it must not be changed afterwards, since maps and caches rely on immutable keys.
   *
   * @param bytes the array to keep, from now on unchanged; may be empty
   * @return the byte string; {@link #EMPTY} for no bytes
   */
  public static Bytes wrap(byte[] bytes) {
    return bytes.length == 0 ? EMPTY : new Bytes(bytes);
  }

  /**
   * Returns a byte string with a copy of the remaining bytes of a buffer; its position is kept.
   *
   * @param buffer a heap or direct buffer, possibly without remaining bytes
   * @return the byte string; {@link #EMPTY} for no bytes
   */
  public static Bytes of(ByteBuffer buffer) {
    if (!buffer.hasRemaining()) {
      return EMPTY;
    }
    byte[] copy = new byte[buffer.remaining()];
    buffer.get(buffer.position(), copy);
    return new Bytes(copy);
  }

  /**
   * Encodes a string in UTF-8.
   *
   * @param string may be empty
   * @return the encoding; {@link #EMPTY} for the empty string
   * @throws IllegalArgumentException if the string contains an unpaired surrogate, which has no
   *     UTF-8 encoding; replacing it would map different strings to the same key
   */
  public static Bytes utf8(String string) {
    if (string.isEmpty()) {
      return EMPTY;
    }
    requireWellFormed(string);
    return new Bytes(string.getBytes(UTF_8));
  }

  private static void requireWellFormed(String string) {
    int codePoint;
    for (int i = 0; i < string.length(); i += Character.charCount(codePoint)) {
      codePoint = string.codePointAt(i);
      if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
        throw new IllegalArgumentException(
            "the string has an unpaired surrogate at index " + i + " and thus no UTF-8 encoding");
      }
    }
  }

  /**
   * Decodes the bytes as UTF-8.
   *
   * @return the string; empty for no bytes
   * @throws IllegalStateException if they are not well-formed UTF-8; see {@link #toByteArray()}
   */
  public String toUtf8() {
    String decoded = decodeUtf8();
    if (decoded == null) {
      throw new IllegalStateException("not well-formed UTF-8: " + this);
    }
    return decoded;
  }

  /** {@return true if the bytes are well-formed UTF-8, so that {@link #toUtf8()} succeeds} */
  public boolean isUtf8() {
    return decodeUtf8() != null;
  }

  private @Nullable String decodeUtf8() {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /** {@return a new array with a copy of the bytes} */
  public byte[] toByteArray() {
    return bytes.clone();
  }

  /** {@return the number of bytes; 0 or more} */
  public int length() {
    return bytes.length;
  }

  /** {@return true if the length is 0} */
  public boolean isEmpty() {
    return bytes.length == 0;
  }

  /**
   * Returns the byte at an index.
   *
   * @param index counted from 0
   * @return the byte, signed as in Java: from -128 to 127
   * @throws ArrayIndexOutOfBoundsException outside {@code 0 ≤ index < length()}
   */
  public byte byteAt(int index) {
    return bytes[index];
  }

  /**
   * Returns whether this byte string starts with a prefix.
   *
   * @param prefix may be empty
   * @return true if it does; always true for {@link #EMPTY}
   */
  public boolean startsWith(Bytes prefix) {
    int n = prefix.bytes.length;
    return bytes.length >= n && Arrays.equals(bytes, 0, n, prefix.bytes, 0, n);
  }

  /**
   * Returns the length of the longest common prefix with another byte string.
   *
   * @param other may be empty
   * @return a number of bytes, from 0 to the lesser of the two lengths
   */
  public int commonPrefixLength(Bytes other) {
    int mismatch = Arrays.mismatch(bytes, other.bytes);
    return mismatch < 0 ? bytes.length : mismatch;
  }

  /**
   * Returns these bytes followed by the given ones.
   *
   * @param tail may be empty
   * @return the concatenation; one of the two themselves if the other is empty
   */
  public Bytes concat(Bytes tail) {
    if (tail.isEmpty()) {
      return this;
    }
    if (isEmpty()) {
      return tail;
    }
    byte[] joined = Arrays.copyOf(bytes, bytes.length + tail.bytes.length);
    System.arraycopy(tail.bytes, 0, joined, bytes.length, tail.bytes.length);
    return new Bytes(joined);
  }

  /**
   * Returns the bytes from an index to the end.
   *
   * @param from the index of the first byte, counted from 0
   * @return the rest, a copy; {@link #EMPTY} at {@code length()}
   * @throws IndexOutOfBoundsException outside {@code 0 ≤ from ≤ length()}
   */
  public Bytes substring(int from) {
    if (from < 0 || from > bytes.length) {
      throw new IndexOutOfBoundsException("index " + from + " of " + bytes.length + " bytes");
    }
    if (from == 0) {
      return this;
    }
    return from == bytes.length ? EMPTY : new Bytes(Arrays.copyOfRange(bytes, from, bytes.length));
  }

  /**
   * Returns the prefix of a given length.
   *
   * @param length the number of bytes
   * @return the prefix, a copy; {@link #EMPTY} for length 0
   * @throws IndexOutOfBoundsException outside {@code 0 ≤ length ≤ length()}
   */
  public Bytes prefixOf(int length) {
    if (length < 0 || length > bytes.length) {
      throw new IndexOutOfBoundsException("length " + length + " of " + bytes.length + " bytes");
    }
    return length == bytes.length
        ? this
        : length == 0 ? EMPTY : new Bytes(Arrays.copyOf(bytes, length));
  }

  /** {@return a new read-only buffer over the bytes, which are not copied; its position is 0} */
  public ByteBuffer asReadOnlyByteBuffer() {
    return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
  }

  /** {@return the least byte string greater than this one: these bytes and a zero byte} */
  public Bytes successor() {
    return new Bytes(Arrays.copyOf(bytes, bytes.length + 1));
  }

  /**
   * Returns the least byte string greater than all that start with this one; null if there is none,
   * since all bytes are {@code 0xff}.
   */
  @Nullable Bytes prefixEnd() {
    for (int i = bytes.length - 1; i >= 0; i--) {
      if (bytes[i] != (byte) 0xff) {
        byte[] end = Arrays.copyOf(bytes, i + 1);
        end[i]++;
        return new Bytes(end);
      }
    }
    return null;
  }

  /** Compares by unsigned bytes; a prefix precedes longer byte strings. */
  @Override
  public int compareTo(Bytes other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other || (other instanceof Bytes that && Arrays.equals(bytes, that.bytes));
  }

  /** The hash, keyed with a random secret of this process; do not store or send it. */
  @Override
  public int hashCode() {
    int h = hash;
    if (h == 0) {
      h = Long.hashCode(HASH.of(bytes));
      hash = h;
    }
    return h;
  }

  /** For messages: text if the bytes are printable UTF-8, otherwise hexadecimal; abbreviated. */
  @Override
  public String toString() {
    String text = decodeUtf8();
    if (text != null && text.chars().noneMatch(Character::isISOControl)) {
      return text.length() <= MAX_SHOWN_BYTES
          ? "'" + text + "'"
          : "'" + text.substring(0, MAX_SHOWN_BYTES) + "…' (" + bytes.length + " bytes)";
    }
    HexFormat hex = HexFormat.of();
    return bytes.length <= MAX_SHOWN_BYTES
        ? "0x" + hex.formatHex(bytes)
        : "0x" + hex.formatHex(bytes, 0, MAX_SHOWN_BYTES) + "… (" + bytes.length + " bytes)";
  }
}
