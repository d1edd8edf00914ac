package io.petacore.transaction;

import org.jspecify.annotations.Nullable;

/**
 * The body of a transaction, with a result. It may run more than once: after a conflict it runs
 * again on a fresh snapshot, and the result of the committed run is returned. It should therefore
 * do nothing but read and write through its transaction. An exception that it throws rolls the
 * transaction back; the caller gets the same exception.
 *
 * @param <T> the result; may be null
 */
@FunctionalInterface
public interface TransactionCall<T extends @Nullable Object>
    extends ThrowingTransactionCall<T, RuntimeException> {}
