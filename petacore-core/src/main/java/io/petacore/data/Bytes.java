package io.petacore.data;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * An immutable byte string: a key or a value. Ordered as etcd orders keys, by unsigned bytes.
 *
 * <p>A key that is used often is worth preparing once: its hash is computed on first use and kept.
 * Hashes differ from process to process, so that nobody can choose keys of equal hash.
 */
public final class Bytes implements Comparable<Bytes> {

  /** The empty byte string; a legal value, never a legal key. */
  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private static final int SHOWN_BYTES = 64;

  private static final Wyhash HASH = Wyhash.withRandomSecret();

  private final byte[] bytes;

  /**
   * Zero means not computed yet. Threads may race to compute it; all of them write the same int, so
   * no ordering is needed (the idiom of {@link String#hashCode()}).
   */
  private int hash;

  private Bytes(byte[] bytes) {
    this.bytes = bytes;
  }

  /** A byte string with a copy of these bytes. */
  public static Bytes of(byte... bytes) {
    return bytes.length == 0 ? EMPTY : new Bytes(bytes.clone());
  }

  /**
   * A byte string over this array itself. For stores and others who have just made an array for it:
   * nobody may change the array from here on, since maps and caches rely on keys that never change.
   */
  public static Bytes wrap(byte[] bytes) {
    return bytes.length == 0 ? EMPTY : new Bytes(bytes);
  }

  /** A byte string with a copy of what remains in a buffer, whose position is left alone. */
  public static Bytes of(ByteBuffer buffer) {
    if (!buffer.hasRemaining()) {
      return EMPTY;
    }
    byte[] copy = new byte[buffer.remaining()];
    buffer.get(buffer.position(), copy);
    return new Bytes(copy);
  }

  /**
   * The UTF-8 form of a string.
   *
   * @throws IllegalArgumentException if the string holds an unpaired surrogate, which has no UTF-8
   *     form: replacing it would give two different strings the same key
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
            "the string has an unpaired surrogate at index " + i + " and so no UTF-8 form");
      }
    }
  }

  /**
   * The string that these bytes encode in UTF-8.
   *
   * @throws IllegalStateException if they are not well-formed UTF-8; use {@link #toByteArray()}
   */
  public String toUtf8() {
    String decoded = decodeUtf8();
    if (decoded == null) {
      throw new IllegalStateException("not UTF-8, read it as bytes: " + this);
    }
    return decoded;
  }

  /** Whether the bytes are well-formed UTF-8. */
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

  /** A copy of the bytes. */
  public byte[] toByteArray() {
    return bytes.clone();
  }

  /** The number of bytes. */
  public int length() {
    return bytes.length;
  }

  /** Whether there are no bytes. */
  public boolean isEmpty() {
    return bytes.length == 0;
  }

  /**
   * The byte at an index.
   *
   * @throws ArrayIndexOutOfBoundsException outside {@code 0 ≤ index < length()}
   */
  public byte byteAt(int index) {
    return bytes[index];
  }

  /** Whether this byte string begins with the given one; each begins with {@link #EMPTY}. */
  public boolean startsWith(Bytes prefix) {
    int n = prefix.bytes.length;
    return bytes.length >= n && Arrays.equals(bytes, 0, n, prefix.bytes, 0, n);
  }

  /** With how many bytes both this byte string and another one begin. */
  public int commonPrefixLength(Bytes other) {
    int mismatch = Arrays.mismatch(bytes, other.bytes);
    return mismatch < 0 ? bytes.length : mismatch;
  }

  /** These bytes followed by others. */
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
   * The bytes from an index to the end.
   *
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
   * The first bytes, up to a length.
   *
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

  /** A read-only view of the bytes, for encoders; no copy. */
  public ByteBuffer asReadOnlyByteBuffer() {
    return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
  }

  /** The least byte string greater than this one: a zero byte appended. */
  public Bytes successor() {
    return new Bytes(Arrays.copyOf(bytes, bytes.length + 1));
  }

  /**
   * The least byte string greater than every one that begins with this one; null if there is none
   * (no byte is below {@code 0xff}).
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

  /** Order by unsigned bytes; a prefix comes before what it begins. */
  @Override
  public int compareTo(Bytes other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other || (other instanceof Bytes that && Arrays.equals(bytes, that.bytes));
  }

  /** A hash of the bytes under a random secret of this process: not to be stored or sent. */
  @Override
  public int hashCode() {
    int h = hash;
    if (h == 0) {
      h = Long.hashCode(HASH.of(bytes));
      hash = h;
    }
    return h;
  }

  /** For messages: the text where the bytes are printable UTF-8, else hexadecimal; shortened. */
  @Override
  public String toString() {
    String text = decodeUtf8();
    if (text != null && text.chars().noneMatch(Character::isISOControl)) {
      return text.length() <= SHOWN_BYTES
          ? "'" + text + "'"
          : "'" + text.substring(0, SHOWN_BYTES) + "…' (" + bytes.length + " bytes)";
    }
    HexFormat hex = HexFormat.of();
    return bytes.length <= SHOWN_BYTES
        ? "0x" + hex.formatHex(bytes)
        : "0x" + hex.formatHex(bytes, 0, SHOWN_BYTES) + "… (" + bytes.length + " bytes)";
  }
}
