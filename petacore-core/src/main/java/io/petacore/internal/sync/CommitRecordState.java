package io.petacore.internal.sync;

import io.petacore.data.Bytes;
import io.petacore.store.KeyValue;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The commit record at the applied revision. It distinguishes histories, and its put count reveals
 * missed revisions.
 *
 * <p>{@code equals} is written out for the reason given at {@link
 * io.petacore.internal.format.SessionId}.
 *
 * @param modRevision the mod revision of the record; 0 if there is none
 * @param putCount the put count of the record; 0 if there is none
 * @param value the bytes of the record; null if there is none
 */
record CommitRecordState(long modRevision, long putCount, @Nullable Bytes value) {

  static final CommitRecordState NONE = new CommitRecordState(0, 0, null);

  static CommitRecordState of(KeyValue stored) {
    return new CommitRecordState(stored.modRevision(), stored.putCount(), stored.value());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CommitRecordState that
        && modRevision == that.modRevision
        && putCount == that.putCount
        && Objects.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return Objects.hash(modRevision, putCount, value);
  }
}
