package io.petacore.internal.writebehind;

import io.petacore.data.Bytes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A write or delete that a buffer holds. */
final class BufferedWrite {

  /** Bytes of heap beside those of key and value: objects, map entries, array headers. */
  private static final int OVERHEAD_BYTES = 200;

  private final Bytes key;
  private final @Nullable Bytes value;

  /** Whose flush waits for it. Guarded by the stripe of its key. */
  private Epochs.Epoch epoch;

  /** When it was first sent. Used by one thread at a time: the one that has its chunk. */
  private long firstSentAt;

  private boolean sent;

  /** The failure of an attempt whose outcome can't be resolved. Used as the time above. */
  private @Nullable RuntimeException unknown;

  /**
   * @param value null to delete the key
   */
  BufferedWrite(Bytes key, @Nullable Bytes value, Epochs.Epoch epoch) {
    this.key = key;
    this.value = value;
    this.epoch = epoch;
  }

  /** The estimated heap footprint of a write. */
  static long bytesOf(Bytes key, @Nullable Bytes value) {
    return OVERHEAD_BYTES + (long) key.length() + (value == null ? 0 : value.length());
  }

  Bytes key() {
    return key;
  }

  /** The value; null if the key is to be deleted. */
  @Nullable Bytes value() {
    return value;
  }

  /** Its estimated heap footprint. */
  long bytes() {
    return bytesOf(key, value);
  }

  Epochs.Epoch epoch() {
    return epoch;
  }

  /** Passes it to an older epoch; returns the one that it was in. */
  Epochs.Epoch moveTo(Epochs.Epoch older) {
    Epochs.Epoch left = epoch;
    epoch = older;
    return left;
  }

  /** Takes note that it is sent. */
  void sentAt(long nanoTime) {
    if (!sent) {
      sent = true;
      firstSentAt = nanoTime;
    }
  }

  /** The nanoseconds since it was first sent. */
  long triedFor(long nanoTime) {
    return nanoTime - firstSentAt;
  }

  /** Takes note that an attempt may have been applied, and that this can't be resolved. */
  void markUnknown(RuntimeException failure) {
    unknown = failure;
  }

  /** What to report if it fails now: an attempt that may have been applied outlasts the others. */
  RuntimeException causeOr(RuntimeException last) {
    return Objects.requireNonNullElse(unknown, last);
  }
}
