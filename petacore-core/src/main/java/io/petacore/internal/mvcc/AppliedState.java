package io.petacore.internal.mvcc;

/**
 * How far the cache has come: published as one immutable object, so that a reader never pairs the
 * revision of one state with the version of another.
 *
 * @param revision the last revision whose every change is linked; 0 before the first load
 * @param timestamp its timestamp
 * @param keys how many keys of the application are present in it
 * @param nanoTime when it was published, in monotonic time
 */
public record AppliedState(long revision, long timestamp, long keys, long nanoTime) {}
