package io.petacore.store;

import io.petacore.data.KeyRange;

/**
 * A request for a page of a range.
 *
 * @param range the keys
 * @param revision the revision to read at; 0 for the newest
 * @param limit the maximum number of entries; 0 for no limit
 */
public record RangeRequest(KeyRange range, long revision, int limit) {}
