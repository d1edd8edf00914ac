package io.petacore.store;

import io.petacore.data.Bytes;

/**
 * A key as the store holds it.
 *
 * @param key the whole key, namespace included
 * @param value its value
 * @param modRevision the revision that wrote it last
 * @param putCount how often it was written since it was created, from 1 on
 * @param lease the lease that it ends with; 0 for none
 */
public record KeyValue(Bytes key, Bytes value, long modRevision, long putCount, long lease) {

  /** A key without a lease. */
  public KeyValue(Bytes key, Bytes value, long modRevision, long putCount) {
    this(key, value, modRevision, putCount, 0);
  }
}
