/**
 * The multi-version cache: version chains, indexes and history.
 *
 * <p>Start reading at {@link io.petacore.internal.mvcc.MvccCache}: one writer, many readers, and a
 * single volatile write that publishes a revision. {@link io.petacore.internal.mvcc.HashIndex} maps
 * a key to its newest {@link io.petacore.internal.mvcc.Version}, which links to the older ones.
 * {@link io.petacore.internal.mvcc.OrderedIndex} is a tree of pages for ranges, which {@link
 * io.petacore.internal.mvcc.RangeScan} reads as it was published. {@link
 * io.petacore.internal.mvcc.History} decides which versions are kept, and {@link
 * io.petacore.internal.mvcc.AgreedTimestamps} at which timestamps all nodes agree.
 */
@NullMarked
package io.petacore.internal.mvcc;

import org.jspecify.annotations.NullMarked;
