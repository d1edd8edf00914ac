package io.petacore.error;

import io.petacore.data.Bytes;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A key is not in the format that its reader expects. It concerns this one entry: others can be
 * read, and a scan continues after it.
 */
public final class KeyFormatException extends PetaCoreException {
  private static final long serialVersionUID = 1L;

  private static final int MAX_SHOWN_BYTES = 64;

  private final transient @Nullable Bytes key;

  /**
   * Makes an exception.
   *
   * @param key the key of the entry
   * @param reason what is wrong with it
   */
  public KeyFormatException(Bytes key, String reason) {
    this(key, "the key " + key + hex(key) + " is malformed: " + reason, null);
  }

  private KeyFormatException(
      @Nullable Bytes key, @Nullable String message, @Nullable Throwable cause) {
    super(message, cause);
    this.key = key;
  }

  private static String hex(Bytes key) {
    byte[] first = key.prefixOf(Math.min(key.length(), MAX_SHOWN_BYTES)).toByteArray();
    return " (0x" + HexFormat.of().formatHex(first) + (first.length < key.length() ? "…)" : ")");
  }

  /**
   * Returns the key.
   *
   * @return null only after serialization
   */
  public @Nullable Bytes key() {
    return key;
  }

  /**
   * {@inheritDoc}
   *
   * @return false: the key stays as it is
   */
  @Override
  public boolean isRetryable() {
    return false;
  }

  @Override
  public KeyFormatException copy() {
    return new KeyFormatException(key, getMessage(), this);
  }
}
