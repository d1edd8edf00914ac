package io.petacore.store;

import io.petacore.data.Bytes;

/**
 * A key as the store holds it.
 *
 * @param key the whole key, namespace included
 * @param value its value
 * @param modRevision the revision that wrote it last
 * @param keyVersion how often it was written since it was created, from 1 on
 */
public record KeyValue(Bytes key, Bytes value, long modRevision, long keyVersion) {}
