/**
 * Write-through: from a transaction's writes to one guarded request and its outcome. {@link
 * io.petacore.internal.commit.CommitPipeline} describes the path of a commit.
 *
 * <p><b>Locking.</b> One {@link io.petacore.internal.concurrent.CombiningLock} guards all mutable
 * state of this package, unless a class says that it is safe for use by many threads. Error Prone's
 * {@code GuardedBy} can't follow a lock through the steps that it runs, nor from class to class; so
 * the methods that change state assert that the lock is held.
 */
@NullMarked
package io.petacore.internal.commit;

import org.jspecify.annotations.NullMarked;
