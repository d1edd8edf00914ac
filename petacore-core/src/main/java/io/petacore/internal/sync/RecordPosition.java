package io.petacore.internal.sync;

import io.petacore.data.Bytes;
import io.petacore.store.KeyValue;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The commit record as it stands at the applied revision: what tells one history from another, and
 * whether a revision was missed.
 *
 * <p>Compared by code of its own, as {@link io.petacore.internal.format.SessionId} is.
 *
 * @param modRevision the revision that wrote it; 0 if there is none
 * @param putCount how often it was written since it was created; 0 if there is none
 * @param value its bytes; null if there is none
 */
record RecordPosition(long modRevision, long putCount, @Nullable Bytes value) {

  static final RecordPosition NONE = new RecordPosition(0, 0, null);

  static RecordPosition of(KeyValue stored) {
    return new RecordPosition(stored.modRevision(), stored.putCount(), stored.value());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RecordPosition that
        && modRevision == that.modRevision
        && putCount == that.putCount
        && Objects.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return Objects.hash(modRevision, putCount, value);
  }
}
