package io.petacore.transaction;

import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.BulkLoadException;
import io.petacore.error.PetaCoreException;
import io.petacore.error.ReadOnlyStorageException;
import io.petacore.error.StorageClosedException;
import java.util.stream.Stream;

/**
 * Writes many keys, in as many transactions as it takes: none of these calls is atomic. They are
 * not {@linkplain TransactionContext wrapped}. Safe for use by many threads.
 */
public interface BulkWrites {

  /**
   * Deletes every present key of a range, in as many transactions as it takes, each as large as one
   * request can carry. Not atomic: the keys disappear in ascending order, step by step, and if a
   * step fails, earlier ones are not undone. Keys written to the range meanwhile may be deleted or
   * not. For an atomic deletion, see {@link Transaction#delete(KeyRange)}.
   *
   * @param range the keys
   * @return the number of deleted keys
   * @throws PetaCoreException as described in {@link TransactionContext}, from one of the
   *     transactions
   */
  long delete(KeyRange range);

  /**
   * Writes many entries, in as many transactions as it takes, each as large as one request can
   * carry, several of them in flight. Not atomic: the entries become durable in their order, step
   * by step, but for those in flight. They overwrite what is there. Each transaction has the commit
   * timeout of the storage.
   *
   * @param entries the input, which is iterated once; of several entries with one key the last wins
   * @param options where to resume, and the listener for progress
   * @return the number of durable entries, skipped ones included
   * @throws BulkLoadException if the input or a transaction fails; it says where to resume
   */
  long bulkLoad(Iterable<Entry> entries, BulkLoadOptions options);

  /**
   * Writes many entries, as {@link #bulkLoad(Iterable, BulkLoadOptions)} does.
   *
   * @param entries the input, which is consumed, but not closed
   * @param options where to resume, and the listener for progress
   * @return the number of durable entries, skipped ones included
   * @throws BulkLoadException if the input or a transaction fails; it says where to resume
   */
  long bulkLoad(Stream<Entry> entries, BulkLoadOptions options);

  /**
   * Opens a buffer that takes writes at memory speed and commits them later. They are lost if the
   * process dies before they are flushed.
   *
   * @param options when to send, how much to hold, and the listener for failures
   * @return the buffer; close it
   * @throws ReadOnlyStorageException if the storage is read-only
   * @throws StorageClosedException if the storage was closed
   */
  WriteBehind writeBehind(WriteBehindOptions options);
}
