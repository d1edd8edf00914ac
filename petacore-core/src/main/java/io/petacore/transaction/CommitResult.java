package io.petacore.transaction;

/**
 * What a commit was given.
 *
 * @param revision the store's revision that holds the commit: a token that any node understands.
 *     For a transaction that wrote nothing, the revision it read at.
 * @param timestamp the hybrid-logical-clock timestamp of that revision, in nanoseconds since the
 *     epoch; 0 where it is not known yet, since the change has not come back to this node
 */
public record CommitResult(long revision, long timestamp) {}
