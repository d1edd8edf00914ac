package io.petacore.internal.transaction;

import io.petacore.transaction.IsolationLevel;
import java.time.Duration;

/**
 * The defaults of transactions, where their options say nothing.
 *
 * @param isolation the isolation level
 * @param timeout the timeout of a commit, over all attempts
 * @param maxAttempts the maximum number of attempts
 * @param readOnly whether commits are refused
 */
public record TransactionSettings(
    IsolationLevel isolation, Duration timeout, int maxAttempts, boolean readOnly) {}
