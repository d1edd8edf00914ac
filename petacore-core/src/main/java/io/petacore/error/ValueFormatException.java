package io.petacore.error;

import io.petacore.data.Bytes;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A value is not in the format that its reader expects. It concerns this one entry: others can be
 * read, and a scan continues after it. The message names key and codec and shows the first bytes of
 * the value in hexadecimal.
 */
public final class ValueFormatException extends PetaCoreException {
  private static final long serialVersionUID = 1L;

  /** The number of bytes of the value that a message shows. */
  private static final int MAX_SHOWN_BYTES = 16;

  private final transient @Nullable Bytes key;

  /** The name of the codec. */
  private final String codec;

  /**
   * Makes an exception.
   *
   * @param key the key of the entry
   * @param codec the name of the codec
   * @param value the value as it was read; its first bytes appear in the message
   * @param reason what is wrong with it
   * @param cause the failure of the decoder; may be null
   */
  public ValueFormatException(
      Bytes key, String codec, Bytes value, String reason, @Nullable Throwable cause) {
    this(
        key,
        codec,
        "the value of " + key + " is not in the format " + codec + ": " + reason + shown(value),
        cause);
  }

  private ValueFormatException(
      @Nullable Bytes key, String codec, @Nullable String message, @Nullable Throwable cause) {
    super(message, cause);
    this.key = key;
    this.codec = codec;
  }

  private static String shown(Bytes value) {
    int length = value.length();
    if (length == 0) {
      return "; it is empty";
    }
    byte[] first = value.prefixOf(Math.min(length, MAX_SHOWN_BYTES)).toByteArray();
    return "; its "
        + length
        + " bytes begin with 0x"
        + HexFormat.of().formatHex(first)
        + (first.length < length ? "…" : "");
  }

  /**
   * Returns the key of the entry.
   *
   * @return null only after serialization
   */
  public @Nullable Bytes key() {
    return key;
  }

  /**
   * Returns the name of the codec.
   *
   * @return the name, as in the message
   */
  public String codec() {
    return codec;
  }

  /**
   * {@inheritDoc}
   *
   * @return false: the value stays as it is until it is written again
   */
  @Override
  public boolean isRetryable() {
    return false;
  }

  @Override
  public ValueFormatException copy() {
    return new ValueFormatException(key, codec, getMessage(), this);
  }
}
