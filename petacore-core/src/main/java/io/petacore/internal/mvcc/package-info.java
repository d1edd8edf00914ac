/**
 * The multi-version cache: version chains, their indexes, their history.
 *
 * <p>To read it, begin with {@link io.petacore.internal.mvcc.MvccCache}: one writer, many readers,
 * and the one volatile write that publishes a revision. A key is found by way of {@link
 * io.petacore.internal.mvcc.HashIndex}, which holds the newest {@link
 * io.petacore.internal.mvcc.Version} of each and so leads to the older ones; a range by way of
 * {@link io.petacore.internal.mvcc.OrderedIndex}, a tree of pages that {@link
 * io.petacore.internal.mvcc.RangeScan} walks as it was published. {@link
 * io.petacore.internal.mvcc.History} decides how far back all of it reaches, and {@link
 * io.petacore.internal.mvcc.AgreedTimestamps} which moments of the past may be told at all.
 */
@NullMarked
package io.petacore.internal.mvcc;

import org.jspecify.annotations.NullMarked;
