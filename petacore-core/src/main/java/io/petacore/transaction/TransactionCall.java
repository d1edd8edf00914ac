package io.petacore.transaction;

import org.jspecify.annotations.Nullable;

/**
 * The body of a transaction, with a result. It may run more than once: on a conflict it runs again
 * on a fresh snapshot, and the result of the run that committed is returned. So it should do
 * nothing but read and write through its transaction.
 *
 * @param <T> the result; may be null
 * @param <X> what the body may throw; the transaction is then rolled back and the exception passed
 *     on unchanged
 */
@FunctionalInterface
public interface TransactionCall<T extends @Nullable Object, X extends Exception> {
  /**
   * Reads and writes through the transaction, which is valid only during this call and only on this
   * thread.
   */
  T call(Transaction tx) throws X;
}
