package io.petacore.transaction;

import static java.util.Objects.requireNonNull;

import io.petacore.data.Bytes;
import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.CommitQueueFullException;
import io.petacore.error.PetaCoreException;
import io.petacore.error.ReadOnlyStorageException;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreRefusedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.TransactionConflictException;
import io.petacore.error.TransactionTooLargeException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.error.UniqueViolationException;
import io.petacore.error.ValueFormatException;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Runs transactions: the part of a storage that an application needs to write.
 *
 * <p>A transaction fails with
 *
 * <ul>
 *   <li>{@link TransactionConflictException} if other commits kept changing a key that it writes
 *   <li>{@link TransactionTooOldException} if each of its runs took longer than history is kept
 *   <li>{@link UniqueViolationException} if a key of a unique index would have a second holder
 *   <li>{@link TransactionTooLargeException} if one request can't carry it
 *   <li>{@link ReadOnlyStorageException} if it writes and the storage was opened read-only
 *   <li>{@link StoreUnavailableException} if the store could not be reached in time
 *   <li>{@link StoreRefusedException} if the store refused it
 *   <li>{@link CommitQueueFullException} if it is asynchronous and too many are pending
 *   <li>{@link StorageClosedException} if the storage was closed
 *   <li>{@link CommitOutcomeUnknownException} if the answer to its commit was lost
 * </ul>
 *
 * <p>In all but the last case nothing was applied; see {@link
 * PetaCoreException#mayHaveBeenApplied()}.
 *
 * <p>Safe for use by many threads.
 */
public interface TransactionContext {

  /**
   * Runs a body in a transaction with default options; see {@link
   * #runTransaction(TransactionOptions, TransactionTask)}.
   *
   * @param body may run more than once, even if it only reads
   * @return where the commit stands in the store's history
   * @throws PetaCoreException as described {@linkplain TransactionContext above}
   */
  default CommitResult runTransaction(TransactionTask body) {
    return runTransaction(TransactionOptions.defaults(), body);
  }

  /**
   * Runs a body in a transaction on the calling thread, and commits it. Returns when the commit is
   * durable and visible on this node. After a conflict, and if its snapshot is no longer kept, the
   * body runs again on a fresh snapshot, within the limits of the options. What the body throws is
   * thrown on; then nothing was applied.
   *
   * @param options overrides of the storage's settings
   * @param body may run more than once, even if it only reads
   * @return where the commit stands in the store's history; if the body wrote nothing, the revision
   *     it read at
   * @throws PetaCoreException as described {@linkplain TransactionContext above}
   */
  default CommitResult runTransaction(TransactionOptions options, TransactionTask body) {
    return runTransactionThrowing(options, body);
  }

  /**
   * Runs a body with a result in a transaction with default options; see {@link
   * #callTransaction(TransactionOptions, TransactionCall)}.
   *
   * @param <T> the result
   * @param body may run more than once, even if it only reads
   * @return what the body returned in the run that was committed
   * @throws PetaCoreException as described {@linkplain TransactionContext above}
   */
  default <T extends @Nullable Object> T callTransaction(TransactionCall<T> body) {
    return callTransaction(TransactionOptions.defaults(), body);
  }

  /**
   * Runs a body with a result in a transaction, as {@link #runTransaction(TransactionOptions,
   * TransactionTask)} does.
   *
   * @param <T> the result
   * @param options overrides of the storage's settings
   * @param body may run more than once, even if it only reads
   * @return what the body returned in the run that was committed
   * @throws PetaCoreException as described {@linkplain TransactionContext above}
   */
  default <T extends @Nullable Object> T callTransaction(
      TransactionOptions options, TransactionCall<T> body) {
    return callTransactionThrowing(options, body);
  }

  /**
   * Runs a body that may throw a checked exception, with default options; see {@link
   * #runTransactionThrowing(TransactionOptions, ThrowingTransactionTask)}.
   *
   * @param <X> what the body may throw
   * @param body may run more than once, even if it only reads
   * @return where the commit stands in the store's history
   * @throws X what the body threw; nothing was applied
   * @throws PetaCoreException as described {@linkplain TransactionContext above}
   */
  default <X extends Exception> CommitResult runTransactionThrowing(ThrowingTransactionTask<X> body)
      throws X {
    return runTransactionThrowing(TransactionOptions.defaults(), body);
  }

  /**
   * Runs a body that may throw a checked exception, as {@link #runTransaction(TransactionOptions,
   * TransactionTask)} does. It has a name of its own since not every compiler can infer {@code X}.
   *
   * @param <X> what the body may throw
   * @param options overrides of the storage's settings
   * @param body may run more than once, even if it only reads
   * @return where the commit stands in the store's history
   * @throws X what the body threw; nothing was applied
   * @throws PetaCoreException as described {@linkplain TransactionContext above}
   */
  <X extends Exception> CommitResult runTransactionThrowing(
      TransactionOptions options, ThrowingTransactionTask<X> body) throws X;

  /**
   * Runs a body with a result that may throw a checked exception, with default options; see {@link
   * #callTransactionThrowing(TransactionOptions, ThrowingTransactionCall)}.
   *
   * @param <T> the result
   * @param <X> what the body may throw
   * @param body may run more than once, even if it only reads
   * @return what the body returned in the run that was committed
   * @throws X what the body threw; nothing was applied
   * @throws PetaCoreException as described {@linkplain TransactionContext above}
   */
  default <T extends @Nullable Object, X extends Exception> T callTransactionThrowing(
      ThrowingTransactionCall<T, X> body) throws X {
    return callTransactionThrowing(TransactionOptions.defaults(), body);
  }

  /**
   * Runs a body with a result that may throw a checked exception, as {@link
   * #callTransaction(TransactionOptions, TransactionCall)} does.
   *
   * @param <T> the result
   * @param <X> what the body may throw
   * @param options overrides of the storage's settings
   * @param body may run more than once, even if it only reads
   * @return what the body returned in the run that was committed
   * @throws X what the body threw; nothing was applied
   * @throws PetaCoreException as described {@linkplain TransactionContext above}
   */
  <T extends @Nullable Object, X extends Exception> T callTransactionThrowing(
      TransactionOptions options, ThrowingTransactionCall<T, X> body) throws X;

  /**
   * Runs a body asynchronously with default options; see {@link
   * #callTransactionAsync(TransactionOptions, ThrowingTransactionCall)}.
   *
   * @param body may run more than once, even if it only reads
   * @return completes with where the commit stands in the store's history
   */
  default CompletableFuture<CommitResult> runTransactionAsync(ThrowingTransactionTask<?> body) {
    return runTransactionAsync(TransactionOptions.defaults(), body);
  }

  /**
   * Runs a body asynchronously, as {@link #callTransactionAsync(TransactionOptions,
   * ThrowingTransactionCall)} does.
   *
   * @param options overrides of the storage's settings
   * @param body may run more than once, even if it only reads
   * @return completes with where the commit stands in the store's history
   */
  CompletableFuture<CommitResult> runTransactionAsync(
      TransactionOptions options, ThrowingTransactionTask<?> body);

  /**
   * Runs a body with a result asynchronously with default options; see {@link
   * #callTransactionAsync(TransactionOptions, ThrowingTransactionCall)}.
   *
   * @param <T> the result
   * @param body may run more than once, even if it only reads
   * @return completes with what the body returned in the run that was committed
   */
  default <T extends @Nullable Object> CompletableFuture<T> callTransactionAsync(
      ThrowingTransactionCall<T, ?> body) {
    return callTransactionAsync(TransactionOptions.defaults(), body);
  }

  /**
   * Runs a body with a result in a transaction, and commits it asynchronously. The body's first run
   * is on the calling thread, unless an earlier commit of this storage has to be applied first;
   * further runs, and the completion of the future, are on the storage's executor.
   *
   * <p>The call never blocks, and throws nothing but {@link NullPointerException}: a closed storage
   * and what the body throws fail the future. At most {@code maxPendingCommits} transactions are
   * pending; the future of one more fails with {@link CommitQueueFullException}, so a caller that
   * produces faster than the store commits has to wait for its own futures. Cancelling the future
   * does not cancel the transaction.
   *
   * @param <T> the result
   * @param options overrides of the storage's settings
   * @param body may run more than once, even if it only reads
   * @return completes with what the body returned in the run that was committed; fails with what
   *     the body threw, or as described {@linkplain TransactionContext above}
   */
  <T extends @Nullable Object> CompletableFuture<T> callTransactionAsync(
      TransactionOptions options, ThrowingTransactionCall<T, ?> body);

  // ---- transactions of one key, at Snapshot whatever the default

  /**
   * Sets a key to a value in a transaction, if it is absent on this node.
   *
   * @param key neither empty nor reserved
   * @param value the value; may be empty
   * @return true if it was absent, and the commit is durable
   * @throws PetaCoreException as described {@linkplain TransactionContext above}
   */
  default boolean writeIfAbsent(Bytes key, Bytes value) {
    return callTransaction(Counters.SNAPSHOT, tx -> tx.writeIfAbsent(key, value));
  }

  /**
   * Sets a key to a value in a transaction, if it has an expected one on this node.
   *
   * @param key neither empty nor reserved
   * @param expected the expected value; null if the key is to be absent
   * @param value the value to set; may be empty
   * @return true if the key had the expected value, and the commit is durable
   * @throws PetaCoreException as described {@linkplain TransactionContext above}
   */
  default boolean compareAndSet(Bytes key, @Nullable Bytes expected, Bytes value) {
    return callTransaction(Counters.SNAPSHOT, tx -> tx.compareAndSet(key, expected, value));
  }

  /**
   * Replaces a value in a transaction by what a function makes of it.
   *
   * @param key neither empty nor reserved
   * @param update gets the value, or null if the key is absent; returns the new value, or null to
   *     delete the key; may be called more than once
   * @return the new value; null if the key was deleted
   * @throws PetaCoreException as described {@linkplain TransactionContext above}
   */
  default @Nullable Bytes update(Bytes key, UnaryOperator<@Nullable Bytes> update) {
    requireNonNull(update, "update");
    return this.<@Nullable Bytes>callTransaction(Counters.SNAPSHOT, tx -> tx.update(key, update));
  }

  /**
   * Adds to a counter in a transaction; see {@link Transaction#add}.
   *
   * @param key neither empty nor reserved; a counter that is absent counts as 0
   * @param number what to add; may be negative
   * @return the sum
   * @throws ValueFormatException if the value is not a counter
   * @throws ArithmeticException if the sum is not a long
   * @throws PetaCoreException as described {@linkplain TransactionContext above}
   */
  default long add(Bytes key, long number) {
    return callTransaction(Counters.SNAPSHOT, tx -> tx.add(key, number));
  }

  /**
   * Begins a transaction that is committed by a call, with default options.
   *
   * @return the transaction; close it
   */
  default ExplicitTransaction begin() {
    return begin(TransactionOptions.defaults());
  }

  /**
   * Begins a transaction that is committed by a call, in one attempt. Its timeout starts with the
   * commit.
   *
   * @param options overrides of the storage's settings
   * @return the transaction; close it
   * @throws StoreUnavailableException if an earlier commit of this storage is not applied in time
   */
  ExplicitTransaction begin(TransactionOptions options);
}
