package io.petacore.store;

import io.petacore.data.Bytes;

/**
 * A condition on a key: that its mod revision equals the one given.
 *
 * @param key the whole key, namespace included
 * @param modRevision the revision that wrote the key last; 0 means that the key is absent
 */
public record Guard(Bytes key, long modRevision) {}
