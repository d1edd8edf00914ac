package io.petacore.internal.commit.batch;

import io.petacore.data.KeyRange;

/**
 * A range that a transaction has read, of which every entry is guarded by itself.
 *
 * @param newest the highest mod revision of its entries, 0 if it has none: no other key may be in
 *     it with a higher one. This is stricter than the revision of the check, and refuses what the
 *     watch of a faulty server has left out before it.
 */
public record GuardedRange(KeyRange range, long newest) {}
