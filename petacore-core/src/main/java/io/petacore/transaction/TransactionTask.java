package io.petacore.transaction;

import org.jspecify.annotations.Nullable;

/**
 * The body of a transaction, without a result. It may run more than once: on a conflict it runs
 * again on a fresh snapshot. So it should do nothing but read and write through its transaction.
 *
 * @param <X> what the body may throw; the transaction is then rolled back and the exception passed
 *     on unchanged
 */
@FunctionalInterface
public interface TransactionTask<X extends Exception> extends TransactionCall<@Nullable Void, X> {
  /**
   * Reads and writes through the transaction, which is valid only during this call and only on this
   * thread.
   */
  void run(Transaction tx) throws X;

  /** The body as one whose result is null. */
  @Override
  default @Nullable Void call(Transaction tx) throws X {
    run(tx);
    return null;
  }
}
