package io.petacore.store;

import io.petacore.data.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A change of one key, as a watch delivers it.
 *
 * @param key the key, namespace included
 * @param value the new value; null for a deletion
 * @param putCount the number of puts since the key was created, starting at 1; 0 for a deletion
 * @param lease the lease that the key is attached to; 0 for none, and for a deletion
 */
public record Event(Bytes key, @Nullable Bytes value, long putCount, long lease) {

  /**
   * Creates a change of a key without a lease.
   *
   * @param key the key, namespace included
   * @param value the new value; null for a deletion
   * @param putCount the number of puts since the key was created, starting at 1; 0 for a deletion
   */
  public Event(Bytes key, @Nullable Bytes value, long putCount) {
    this(key, value, putCount, 0);
  }
}
