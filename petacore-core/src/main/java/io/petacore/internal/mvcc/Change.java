package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A change of one key.
 *
 * @param key without namespace
 * @param value the new value; null for a deletion
 * @param modRevision the revision of the store that made the change
 */
public record Change(Bytes key, @Nullable Bytes value, long modRevision) {}
