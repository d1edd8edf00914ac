package io.petacore.internal.sync;

import io.petacore.internal.mvcc.RevisionListener.Bookkeeping;
import java.util.List;

/**
 * What a namespace held at one revision besides the keys that the cache keeps, which went to a
 * {@link LoadSink}.
 *
 * @param revision the revision
 * @param record the commit record
 * @param bookkeeping the sessions' fences and the turn, as far as they are present
 * @param newest the key written last of all, these and the cache's
 */
record LoadedState(
    long revision, RecordPosition record, List<Bookkeeping> bookkeeping, Trace newest) {}
