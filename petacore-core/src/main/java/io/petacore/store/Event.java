package io.petacore.store;

import io.petacore.data.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A change of one key.
 *
 * @param key the whole key, namespace included
 * @param value what was put; null for a deletion
 * @param putCount how often the key was written since it was created, from 1 on; 0 for a deletion
 * @param lease the lease that the key ends with; 0 for none, and for a deletion
 */
public record Event(Bytes key, @Nullable Bytes value, long putCount, long lease) {

  /** A change that no lease ends. */
  public Event(Bytes key, @Nullable Bytes value, long putCount) {
    this(key, value, putCount, 0);
  }
}
