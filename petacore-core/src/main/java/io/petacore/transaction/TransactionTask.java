package io.petacore.transaction;

/**
 * The body of a transaction, without a result. It may run more than once: after a conflict it runs
 * again on a fresh snapshot. It should therefore do nothing but read and write through its
 * transaction. An exception that it throws rolls the transaction back; the caller gets the same
 * exception.
 */
@FunctionalInterface
public interface TransactionTask extends ThrowingTransactionTask<RuntimeException> {}
