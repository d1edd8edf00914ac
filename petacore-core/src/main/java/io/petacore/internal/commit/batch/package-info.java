/**
 * What goes into one request, and how: the check of a transaction against the cache ({@link
 * io.petacore.internal.commit.batch.CommitCheck}), the choice of a batch's members ({@link
 * io.petacore.internal.commit.batch.BatchPlanner}), and the nesting of their groups ({@link
 * io.petacore.internal.commit.batch.BatchLayout}).
 *
 * <p>Nothing here knows a lock. What is mutable ({@link
 * io.petacore.internal.commit.batch.PendingCommit}, {@link
 * io.petacore.internal.commit.batch.InFlightKeys}) is used under the pipeline's.
 */
@NullMarked
package io.petacore.internal.commit.batch;

import org.jspecify.annotations.NullMarked;
