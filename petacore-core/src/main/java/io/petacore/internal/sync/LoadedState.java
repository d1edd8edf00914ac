package io.petacore.internal.sync;

import io.petacore.internal.mvcc.Change;
import java.util.List;

/**
 * A namespace as it was at one revision.
 *
 * @param revision the revision
 * @param present every key that the cache keeps
 * @param record the commit record
 */
record LoadedState(long revision, List<Change> present, RecordPosition record) {}
