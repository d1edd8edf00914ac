package io.petacore.transaction;

import io.petacore.data.Bytes;
import io.petacore.error.PetaCoreException;
import java.util.List;

/**
 * Writes of a {@link WriteBehind} buffer that have failed for good, for one reason.
 *
 * @param keys the keys, at least one; the buffer holds their writes no longer
 * @param cause the failure of the transaction, a {@link PetaCoreException}; or an {@link
 *     IllegalArgumentException} for a key that has become too long, since it was deleted
 */
public record WriteBehindFailure(List<Bytes> keys, RuntimeException cause) {

  /**
   * Makes a failure.
   *
   * @param keys the keys, which are copied
   * @param cause the failure of the transaction
   */
  public WriteBehindFailure {
    keys = List.copyOf(keys);
  }

  /**
   * Returns whether the writes may have been applied in spite of the failure.
   *
   * @return false if nothing was applied and nothing will be
   */
  public boolean mayHaveBeenApplied() {
    return cause instanceof PetaCoreException failure && failure.mayHaveBeenApplied();
  }
}
