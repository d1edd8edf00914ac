package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * What a revision does to one key.
 *
 * @param key without namespace
 * @param value the new value; null for a deletion
 * @param modRevision the store's revision that wrote it
 */
public record Change(Bytes key, @Nullable Bytes value, long modRevision) {}
