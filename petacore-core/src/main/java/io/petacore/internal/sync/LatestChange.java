package io.petacore.internal.sync;

import io.petacore.data.Bytes;
import io.petacore.store.Event;
import io.petacore.store.KeyValue;

/**
 * The most recent revision that changed the namespace, with one of the keys it changed. A store on
 * the same history agrees with the cache on that key.
 *
 * @param revision the revision; 0 if there is none
 * @param key the key in the store, namespace included
 */
record LatestChange(long revision, Bytes key) {

  static final LatestChange NONE = new LatestChange(0, Bytes.EMPTY);

  /** Returns the later one of this change and an event at a revision. */
  LatestChange or(Event event, long eventRevision) {
    return eventRevision <= revision ? this : new LatestChange(eventRevision, event.key());
  }

  /** Returns the later one of this change and the last write of a key. */
  LatestChange or(KeyValue stored) {
    return stored.modRevision() <= revision
        ? this
        : new LatestChange(stored.modRevision(), stored.key());
  }
}
