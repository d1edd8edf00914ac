package io.petacore.store;

import io.petacore.data.Bytes;

/**
 * A key as the store holds it.
 *
 * @param key the whole key, namespace included
 * @param value its value
 * @param modRevision the revision that wrote it last
 * @param keyVersion how often it was written since it was created, from 1 on
 * @param lease the lease that it ends with; 0 for none
 */
public record KeyValue(Bytes key, Bytes value, long modRevision, long keyVersion, long lease) {

  /** A key without a lease. */
  public KeyValue(Bytes key, Bytes value, long modRevision, long keyVersion) {
    this(key, value, modRevision, keyVersion, 0);
  }
}
