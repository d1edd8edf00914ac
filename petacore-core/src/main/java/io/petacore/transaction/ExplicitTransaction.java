package io.petacore.transaction;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;

/**
 * A transaction that is committed by {@link #commit()}, in one attempt: without a body there is
 * nothing that could be run again.
 *
 * <pre>{@code
 * try (ExplicitTransaction tx = storage.begin()) {
 *   tx.write("key", "value");
 *   tx.commit();
 * }
 * }</pre>
 */
public interface ExplicitTransaction extends Transaction, AutoCloseable {

  @Override
  ExplicitTransaction write(Bytes key, Bytes value);

  @Override
  default ExplicitTransaction write(String key, String value) {
    Transaction.super.write(key, value);
    return this;
  }

  @Override
  ExplicitTransaction delete(Bytes key);

  @Override
  default ExplicitTransaction delete(String key) {
    Transaction.super.delete(key);
    return this;
  }

  @Override
  ExplicitTransaction delete(KeyRange range);

  @Override
  ExplicitTransaction requireUnchanged(Bytes key);

  @Override
  default ExplicitTransaction requireUnchanged(String key) {
    Transaction.super.requireUnchanged(key);
    return this;
  }

  @Override
  ExplicitTransaction requireUnchanged(KeyRange range);

  /**
   * Commits, and returns when the commit is durable and visible on this node. The transaction has
   * ended, whatever the outcome.
   *
   * @return where the commit stands in the store's history
   * @throws io.petacore.error.TransactionConflictException if another commit changed a key that
   *     this transaction wrote, or has read and wants unchanged, since its snapshot; nothing was
   *     applied
   * @throws io.petacore.error.TransactionTooOldException if the snapshot is no longer kept; nothing
   *     was applied
   * @throws io.petacore.error.UniqueViolationException if a key of a unique index would have a
   *     second holder; nothing was applied
   * @throws io.petacore.error.TransactionTooLargeException if one request can't carry it; nothing
   *     was sent
   * @throws io.petacore.error.ReadOnlyStorageException if the storage was opened read-only and the
   *     transaction writes; nothing was sent
   * @throws io.petacore.error.StoreUnavailableException if the store could not be reached in time;
   *     nothing was applied
   * @throws io.petacore.error.StoreRefusedException if the store refused it; nothing was applied
   * @throws io.petacore.error.CommitOutcomeUnknownException if it was sent, its answer was lost and
   *     its outcome could not be resolved in time; it may have been applied
   * @throws io.petacore.error.StorageClosedException if the storage was closed; nothing was applied
   * @throws IllegalStateException if the transaction has ended
   */
  CommitResult commit();

  /** Rolls back, unless the transaction has ended. Idempotent. */
  @Override
  void close();
}
