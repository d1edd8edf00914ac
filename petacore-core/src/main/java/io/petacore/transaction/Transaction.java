package io.petacore.transaction;

import static java.util.Objects.requireNonNull;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;

/**
 * Reads and buffered writes that become one atomic commit. Own writes are seen by its reads at once
 * and by nobody else before the commit.
 *
 * <p>To be used by one thread at a time. Keys and values are checked at the call: {@link
 * IllegalArgumentException} for a key that is empty or reserved, for a new key that is too long and
 * for a value over the limit, and {@link NullPointerException} for a null. After its end every call
 * throws {@link IllegalStateException}, {@link #close()} excepted.
 */
public interface Transaction extends ReadView, AutoCloseable {

  /** Sets a key to a value; returns this transaction. */
  Transaction write(Bytes key, Bytes value);

  /** Sets a key to a value, both as UTF-8; returns this transaction. */
  default Transaction write(String key, String value) {
    return write(
        Bytes.utf8(requireNonNull(key, "key")), Bytes.utf8(requireNonNull(value, "value")));
  }

  /** Removes a key; does nothing if it is absent. Returns this transaction. */
  Transaction delete(Bytes key);

  /** Removes a key, given as UTF-8; does nothing if it is absent. Returns this transaction. */
  default Transaction delete(String key) {
    return delete(Bytes.utf8(requireNonNull(key, "key")));
  }

  /**
   * Removes every key of a range that is present in this transaction's view, own writes included.
   * Returns this transaction.
   *
   * <p>Costs a scan, and a buffered delete for each key found: the transaction can hold as many as
   * one request carries. A key that another commit creates in the range meanwhile is not deleted,
   * and is no conflict. For more keys, see {@code DistributedStorage.delete(KeyRange)}.
   */
  Transaction delete(KeyRange range);

  /** The isolation level in force. */
  IsolationLevel isolation();

  /**
   * Commits a transaction that was begun explicitly and returns when it is durable and visible
   * here. One attempt: there is no body that could be repeated.
   *
   * @throws io.petacore.error.TransactionConflictException if a key written was changed by another
   *     commit since the snapshot; nothing was applied
   * @throws io.petacore.error.TransactionTooOldException if the snapshot's history is gone; nothing
   *     was applied
   * @throws io.petacore.error.TransactionTooLargeException if one request can't carry it; nothing
   *     was sent
   * @throws io.petacore.error.StoreUnavailableException if the store could not be reached in time;
   *     nothing was applied
   * @throws io.petacore.error.CommitOutcomeUnknownException if it was sent and its fate can't be
   *     told
   * @throws io.petacore.error.StorageClosedException if the storage was closed; nothing was applied
   * @throws IllegalStateException if the transaction has ended, or belongs to a running body, which
   *     commits by returning
   */
  CommitResult commit();

  /**
   * Rolls back what has not been committed. Harmless when the transaction has ended.
   *
   * @throws IllegalStateException if the transaction belongs to a running body, which rolls back by
   *     throwing
   */
  @Override
  void close();
}
