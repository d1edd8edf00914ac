package io.petacore.internal.commit.batch;

import io.petacore.data.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A buffered write.
 *
 * @param key a key of the application
 * @param value what to set it to; null to delete it
 */
public record Write(Bytes key, @Nullable Bytes value) {}
