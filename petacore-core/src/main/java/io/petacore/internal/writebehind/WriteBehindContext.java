package io.petacore.internal.writebehind;

import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.format.Limits;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.transaction.TransactionRunner;
import java.util.concurrent.Executor;

/**
 * What all buffers of a storage share.
 *
 * @param runner commits their chunks
 * @param cache what is read where they hold nothing
 * @param limits on keys and values
 * @param prefixBytes the length of the namespace's prefix
 * @param scheduler measures and waits; its threads for blocking tasks send and handle outcomes
 * @param executor the application's, for its listeners; accepts every task, and does not block
 */
public record WriteBehindContext(
    TransactionRunner runner,
    MvccCache cache,
    Limits limits,
    int prefixBytes,
    Scheduler scheduler,
    Executor executor) {}
