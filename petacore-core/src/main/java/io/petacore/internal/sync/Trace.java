package io.petacore.internal.sync;

import io.petacore.data.Bytes;
import io.petacore.store.Event;
import io.petacore.store.KeyValue;

/**
 * A key that was changed by the newest revision that changed any: a store that is on the same
 * history shows it, at the applied revision, as it stands here.
 *
 * @param revision that revision; 0 if nothing was ever changed
 * @param key the key as the store has it, namespace included
 */
record Trace(long revision, Bytes key) {

  static final Trace NONE = new Trace(0, Bytes.EMPTY);

  /** This one, or that of a later event. */
  Trace or(Event event, long at) {
    return at <= revision ? this : new Trace(at, event.key());
  }

  /** This one, or that of a key that was written later. */
  Trace or(KeyValue stored) {
    return stored.modRevision() <= revision ? this : new Trace(stored.modRevision(), stored.key());
  }
}
