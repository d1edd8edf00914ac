package io.petacore.store;

import io.petacore.data.KeyRange;

/**
 * A page of a range to be read.
 *
 * @param range the keys
 * @param revision the revision to read at; 0 for the newest
 * @param limit the greatest number of entries; 0 for no bound
 */
public record RangeRequest(KeyRange range, long revision, int limit) {}
