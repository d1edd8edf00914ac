package io.petacore.internal.sync;

import io.petacore.internal.mvcc.Change;
import io.petacore.internal.mvcc.RevisionListener.Bookkeeping;
import java.util.List;

/**
 * A namespace as it was at one revision.
 *
 * @param revision the revision
 * @param present every key that the cache keeps
 * @param record the commit record
 * @param bookkeeping the sessions' fences and the turn, as far as they are present
 */
record LoadedState(
    long revision, List<Change> present, RecordPosition record, List<Bookkeeping> bookkeeping) {}
