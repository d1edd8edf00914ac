package io.petacore.store;

import io.petacore.data.Bytes;

/**
 * A key as the store holds it.
 *
 * @param key the key, namespace included
 * @param value the value; may be empty
 * @param modRevision the revision of the last put
 * @param putCount the number of puts since the key was created, starting at 1
 * @param lease the lease that the key is attached to; 0 for none
 */
public record KeyValue(Bytes key, Bytes value, long modRevision, long putCount, long lease) {

  /**
   * Creates a key without a lease.
   *
   * @param key the key, namespace included
   * @param value the value; may be empty
   * @param modRevision the revision of the last put
   * @param putCount the number of puts since the key was created, starting at 1
   */
  public KeyValue(Bytes key, Bytes value, long modRevision, long putCount) {
    this(key, value, modRevision, putCount, 0);
  }
}
