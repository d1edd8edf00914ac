package io.petacore.transaction;

import org.jspecify.annotations.Nullable;

/**
 * The body of a transaction, with a result, that may throw a checked exception. See {@link
 * TransactionCall}.
 *
 * @param <T> the result; may be null
 * @param <X> what the body may throw
 */
@FunctionalInterface
public interface ThrowingTransactionCall<T extends @Nullable Object, X extends Exception> {
  /**
   * Reads and writes through a transaction.
   *
   * @param tx valid during this call only, and on this thread only
   * @return the result; may be null
   * @throws X to roll the transaction back; the caller gets the same exception
   */
  T call(Transaction tx) throws X;
}
