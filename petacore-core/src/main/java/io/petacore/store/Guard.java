package io.petacore.store;

import io.petacore.data.Bytes;

/**
 * The condition that a key has a given mod revision.
 *
 * @param key the key, namespace included
 * @param modRevision the expected mod revision; 0 if the key must be absent
 */
public record Guard(Bytes key, long modRevision) {}
