package io.petacore.internal.mvcc;

/**
 * The newest published state of the cache: one immutable object, so that a reader never pairs the
 * revision of one state with the timestamp of another.
 *
 * @param revision the applied revision; 0 before the initial load
 * @param timestamp the timestamp of that revision
 * @param keys the number of application keys present at that revision
 * @param nanoTime the monotonic time of its publication, in nanoseconds
 */
public record AppliedState(long revision, long timestamp, long keys, long nanoTime) {}
