package io.petacore.transaction;

import org.jspecify.annotations.Nullable;

/**
 * The body of a transaction, without a result, that may throw a checked exception. See {@link
 * TransactionTask}.
 *
 * @param <X> what the body may throw
 */
@FunctionalInterface
public interface ThrowingTransactionTask<X extends Exception>
    extends ThrowingTransactionCall<@Nullable Void, X> {
  /**
   * Reads and writes through a transaction.
   *
   * @param tx valid during this call only, and on this thread only
   * @throws X to roll the transaction back; the caller gets the same exception
   */
  void run(Transaction tx) throws X;

  /**
   * Runs the body.
   *
   * @return null
   */
  @Override
  default @Nullable Void call(Transaction tx) throws X {
    run(tx);
    return null;
  }
}
